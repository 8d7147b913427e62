"""DOIs, arXiv ids and other identifiers, from the ways in which they are written."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import unquote

from tasks.literature.reading.cleaning import clean_code
from tasks.literature.record import Identifier

_DOI = re.compile(r"10\.[0-9]{4,9}(?:\.[0-9]+)*/\S+")
_ESCAPED = re.compile(r"%[0-9A-F]{2}", re.I)
_DOI_TRAILS = ".,;"
_ARXIV = re.compile(
    r"(?:arxiv\.org/(?:abs|pdf|html)/|arxiv[.:]\s?|^)"
    r"([0-9]{4}\.[0-9]{4,5}(?:v[0-9]{1,3})?|[a-z]+(?:-[a-z]+)*(?:\.[a-z]{2})?/[0-9]{7}(?:v[0-9]{1,3})?)"
    r"(?![0-9])",
    re.IGNORECASE,
)
_SCHEME = re.compile(r"[a-z0-9]{1,30}")
_NUMBERS = {
    "pmid": re.compile(r"(?:.*[:/ ])?([0-9]{1,9})/?", re.I),
    "pmcid": re.compile(r"(?:.*[:/ ])?(?:PMC)?([0-9]{1,9})/?", re.I),
    "openalex": re.compile(r"(?:.*/)?(W[0-9]{1,12})", re.I),
}
_SERIAL = re.compile(r"[0-9]{4}-?[0-9]{3}[0-9Xx]")
_BOOK = re.compile(r"(?<![0-9-])(?:97[89](?:[- ]?[0-9]){10}|[0-9](?:[- ]?[0-9]){8}[- ]?[0-9Xx])(?![0-9-])")
LONGEST = 300
"""Characters in which an identifier is looked for, and that it has at most."""


def doi_of(text: str) -> str:
    """The first DOI in a text, in lower case and without the address of a resolver; empty where there is none."""
    text = clean_code(text[:LONGEST])
    if _ESCAPED.search(text):
        text = clean_code(unquote(text))
    found = _DOI.search(text)
    doi = clean_code(found[0].lower()).rstrip(_DOI_TRAILS) if found else ""
    return doi if _DOI.fullmatch(doi) else ""


def arxiv_of(text: str) -> str:
    """The arXiv id in a text that is one, or that says so, with its version; empty where there is none."""
    found = _ARXIV.search(clean_code(text[:LONGEST]))
    return found[1].lower() if found else ""


def identifiers_of(pairs: Iterable[tuple[str, str]]) -> tuple[Identifier, ...]:
    """Identifiers in their normal form, in order, none twice; what is none of its scheme is left out."""
    found = set()
    for scheme, value in pairs:
        scheme, value = scheme.lower(), clean_code(value[:LONGEST])
        if scheme in _NUMBERS:
            number = _NUMBERS[scheme].fullmatch(value)
            value = number[1].upper() if number else ""
            value = f"PMC{value}" if value and scheme == "pmcid" else value
        elif scheme == "isbn":
            value = re.sub(r"[-\s]", "", value).upper()
        elif scheme == "issn":
            value = value.upper() if "-" in value else f"{value[:4]}-{value[4:]}".upper()
        if value and _SCHEME.fullmatch(scheme):
            found.add(Identifier(scheme, value))
    return tuple(sorted(found))


def serials_of(text: str) -> list[tuple[str, str]]:
    """The ISSNs and ISBNs in a text, as pairs of scheme and value."""
    text = clean_code(text[: 10 * LONGEST])
    books = [each[0] for each in _BOOK.finditer(text) if _is_book(re.sub("[- ]", "", each[0]))]
    left = _BOOK.sub(lambda each: " " if each[0] in books else each[0], text)
    serials = [each[0] for each in _SERIAL.finditer(left)]
    return [("isbn", each) for each in books] + [("issn", each) for each in serials]


def _is_book(digits: str) -> bool:
    """Whether ten digits have the check digit of an ISBN, which two ISSNs in a row have not; of 13 all pass."""
    values = [10 if digit in "Xx" else int(digit) for digit in digits]
    return (
        len(values) == 13
        or sum(weight * value for weight, value in zip(range(10, 0, -1), values, strict=True)) % 11 == 0
    )
