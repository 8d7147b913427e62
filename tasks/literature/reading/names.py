"""Names of persons and organisations, as BibTeX, RIS and others write them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from tasks.literature.reading.cleaning import clean
from tasks.literature.record import Name

_SEPARATOR = re.compile(r"[{}]|\\.|(?<=\s)and(?=\s)", re.I | re.S)
_SEMICOLON = re.compile(r"[{}]|\\.|&#?\w{1,31};|;(?=\s|$)", re.S)
_SPLITS = re.compile(r"[{}]|\\.|[,\s~]", re.S)
_SUFFIX = re.compile(r"(?:jr|sr)\.?|[ivx]{1,4}|[0-9](?:st|nd|rd|th)", re.I)
_INITIALS = re.compile(
    r"((?:[^\W\d_]\.[- ]?){1,4}) ?([^\W\d_][^\s,.;]+)"
    r"|([^\W\d_][^\s,.;]+) ((?:[^\W\d_]\.[- ]?){0,3}[^\W\d_]\.)"
)
"""One family name, before or behind initials."""
_WITH_INITIALS = re.compile(r"[^\W\d_][\w'’-]*(?: [\w'’-]+){0,3} [^\W\d_a-z]{1,3}")
"""A family name with its initials behind it, as trial registers list them."""
_MOST_PARTS = 3
_MOST_COMMAS = 10_000
"""In what claims to be one name."""
_OTHERS = "others"


def comma_name(text: str) -> Name | None:
    """A name as `Family, Given, Suffix`; None where there is none.

    Without a comma it is taken as a whole, unless initials with points tell which part is which.
    """
    text = clean(text)
    if found := _INITIALS.fullmatch(text):
        return Name(found[2] or found[3], found[1] or found[4])
    family, *rest = (part.strip() for part in text.split(","))
    rest = [part for part in rest if part]
    if not family or not rest:
        return Name(literal=text.strip(" ,")) if text.strip(" ,") else None
    if len(rest) == 1:
        return Name(family, rest[0])
    if len(rest) == 2 and _SUFFIX.fullmatch(rest[0]) and not _SUFFIX.fullmatch(rest[1]):
        return Name(family, rest[1], rest[0])
    if len(rest) == 2:
        return Name(family, rest[0], rest[1])
    return Name(literal=text)


def comma_names(text: str) -> Iterator[Name]:
    """The name that a field holds, as `comma_name`; or all of a list such as `Duke RB, Keeler MH`."""
    parts = re.split(r"[,;] ", clean(text)) if text.count(",") + text.count(";") <= _MOST_COMMAS else []
    if len(parts) > 1 and all(_WITH_INITIALS.fullmatch(part) for part in parts):
        for part in parts:
            family, _, initials = part.rpartition(" ")
            yield Name(family, initials)
    elif name := comma_name(text):
        yield name


def spoken_name(text: str) -> Name | None:
    """A person's name as `Given von Family`, or with commas; one word alone is taken as a whole."""
    text = clean(text)
    return comma_name(text) if "," in text or " " not in text else _in_order(text.split(), clean)


def bibtex_names(text: str, unicode_of: Callable[[str], str], nested: bool = False) -> Iterator[Name]:
    """Names of a BibTeX field, which are separated by `and`; `others` is left out.

    `unicode_of` turns LaTeX into text. A name in braces is an organisation's and is taken as a whole, unless it
    holds several names, as some tools put the whole list into braces; that is looked for once (not if `nested`).
    """
    for part in _divided(text):
        for each in _by_semicolons(part):
            yield from _bibtex_name(each.strip(), unicode_of, nested)


def _by_semicolons(text: str) -> list[str]:
    """Names as tools list them that do not know of `and`: all with a comma, or all without and in several words."""
    parts = [part for part in _divided(text, _SEMICOLON) if part.strip(" ;")]
    if all("," in part for part in parts) or all("," not in part and " " in part.strip() for part in parts):
        return parts
    return [text]


def _bibtex_name(text: str, unicode_of: Callable[[str], str], nested: bool) -> Iterator[Name]:
    if not text or text.lower() == _OTHERS:
        return
    if (inner := _in_braces(text)) is not None:
        several = [each for each in _divided(inner) if each.strip()]
        if len(several) > 1 and not nested and all("," in each for each in several):
            yield from bibtex_names(inner, unicode_of, nested=True)
        elif literal := clean(unicode_of(inner)):
            yield Name(literal=literal)
        return
    if text.count(",") > _MOST_COMMAS:
        yield Name(literal=clean(unicode_of(text)))
        return
    parts = [[word for word in part if word] for part in _words(text)]
    filled = [clean(unicode_of(" ".join(part))) for part in parts]
    if len(parts) == 1:
        name = _in_order(parts[0], lambda word: clean(unicode_of(word)))
        if name is not None:
            yield name
    elif len(parts) <= _MOST_PARTS:
        family, given = filled[0], filled[-1]
        suffix = filled[1] if len(parts) == _MOST_PARTS else ""
        if family and (given or suffix):
            yield Name(family, given, suffix)
        elif whole := family or given or suffix:
            yield Name(literal=whole)
    elif len(parts) % 2 == 0 and all(filled):
        for family, given in zip(filled[::2], filled[1::2], strict=True):
            yield Name(family, given)
    elif whole := ", ".join(each for each in filled if each):
        yield Name(literal=whole)


def _in_order(words: list[str], read: Callable[[str], str]) -> Name | None:
    """`Given von Family`: particles in lower case begin the family name, else it is the last word."""
    first = next((at for at, word in enumerate(words[:-1]) if at and word[:1].islower()), len(words) - 1)
    given, family = read(" ".join(words[:first])), read(" ".join(words[first:]))
    if family and given:
        return Name(family, given)
    return Name(literal=family or given) if family or given else None


def _in_braces(text: str) -> str | None:
    """What one pair of braces around all of a text holds; None where it is not so."""
    if not (text.startswith("{") and text.endswith("}")) or text[1:2] == "\\":
        return None
    depth = 0
    for found in re.finditer(r"[{}]", text):
        depth += 1 if found[0] == "{" else -1
        if depth == 0 and found.end() < len(text):
            return None
    return text[1:-1]


def _divided(text: str, separator: re.Pattern[str] = _SEPARATOR) -> Iterator[str]:
    """Parts between words `and` that stand outside of braces, or between what else separates them."""
    depth, start = 0, 0
    for found in separator.finditer(text):
        if found[0] == "{":
            depth += 1
        elif found[0] == "}":
            depth = max(0, depth - 1)
        elif depth == 0 and found[0][0] not in "\\&":
            yield text[start : found.start()]
            start = found.end()
    yield text[start:]


def _words(text: str) -> list[list[str]]:
    """Words of the parts between commas, both outside of braces."""
    parts: list[list[str]] = [[]]
    depth, start = 0, 0
    for found in _SPLITS.finditer(text):
        if found[0] == "{":
            depth += 1
        elif found[0] == "}":
            depth = max(0, depth - 1)
        elif depth == 0 and found[0][0] != "\\":
            parts[-1].append(text[start : found.start()])
            start = found.end()
            if found[0] == ",":
                parts.append([])
    parts[-1].append(text[start:])
    return parts
