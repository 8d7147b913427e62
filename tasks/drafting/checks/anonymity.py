"""A paper that is to be anonymous tells nobody who wrote it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from tasks.drafting.fault import Fault, Paper
from tasks.drafting.reading.layout import layout_of

_REPOSITORY = re.compile(
    r"\b(?:github\.com|gist\.github\.com|gitlab\.[a-z.]+|bitbucket\.org|codeberg\.org|huggingface\.co(?:/spaces|/datasets)?"
    r"|sourceforge\.net/projects|osf\.io|zenodo\.org/records?|drive\.google\.com|dropbox\.com)/[\w.~-]+(?:/[\w.-]+)?"
    r"|\b[\w-]+\.github\.io\b",
    re.IGNORECASE,
)
_PATH = re.compile(r"(?:/home/|/Users/|/mnt/|/scratch/|[A-Za-z]:\\+Users\\+|~/)[\w.-]+")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|\{[\w.,\s-]+\}@[\w.-]+")
_ORCID = re.compile(r"\b\d{4}-\d{4}-\d{4}-\d{3}[\dX]\b")
_THANKS = re.compile(r"(?:\d+\.?\s+|[A-Z]\.?\s+)?acknowledge?ments?\b(?!\s+of\b)", re.IGNORECASE)
_FUNDED = re.compile(
    r"\b(?:supported|funded|financed)\s+(?:in part\s+)?by\b.{0,80}\b(?:grants?|award|foundation|council|fellowship)\b"
    r"|\bgrants?\s+(?:agreement\s+)?(?:no\.?|number|nr\.?)\s*\w",
    re.IGNORECASE,
)
_SELF = re.compile(
    r"\b(?:our|my)\s+(?:own\s+)?(?:previous|prior|earlier|recent|past|former)\s+(?:work|paper|stud|result)", re.I
)
_ANONYMOUS = re.compile(r"(?:anonymous|anonymized|anonymised|no author|author\(s\))|^\W*$", re.IGNORECASE)
_NOBODY = ("anonymous", "4open.science")
_SHORTEST_NAME = 4


def check(paper: Paper) -> Iterator[Fault]:
    """Names, addresses, thanks, repositories, paths, own works and metadata."""
    if not paper.expected.anonymous or paper.pages is None:
        return
    layout = layout_of(paper.pages)
    names = {name: _letters(name) for name in paper.expected.names if len(_letters(name)) >= _SHORTEST_NAME}
    for page in range(1, paper.pages.count + 1):
        lines = [
            line.text
            for at, line in enumerate(paper.pages.lines)
            if line.page == page and at not in layout.references and at not in layout.furniture
        ]
        flat = _letters("".join(lines))
        for name, letters in names.items():
            if letters in flat:
                yield Fault("anonymity", f"{name} is named", page)
        yield from _betrayed(lines, page)
    for page, address in paper.pages.addresses:
        for found in (*_REPOSITORY.finditer(address), *_EMAIL.finditer(address)):
            if not _of_nobody(address):
                yield Fault("anonymity", f"a link leads to {found[0]}, which tells whose it is", page)
    yield from _metadata(paper, names)


def _betrayed(lines: list[str], page: int) -> Iterator[Fault]:
    for line in lines:
        if _THANKS.match(line):
            yield Fault("anonymity", f"somebody is thanked: {line[:60]}", page)
    text = re.sub(r"-\s+(?=[a-z])", "", " ".join(lines))
    told = set()
    for pattern in (_REPOSITORY, _PATH, _EMAIL, _ORCID):
        for found in pattern.finditer(text):
            if not _of_nobody(found[0]) and found[0] not in told:
                told.add(found[0])
                yield Fault("anonymity", f"{found[0]} tells whose it is", page)
    for found in (*_FUNDED.finditer(text), *_SELF.finditer(text)):
        yield Fault("anonymity", f"{found[0]!r} tells who wrote it", page)


def _metadata(paper: Paper, names: dict[str, str]) -> Iterator[Fault]:
    assert paper.pages is not None
    for key, value in sorted(paper.pages.metadata.items()):
        flat = _letters(value)
        for name, letters in names.items():
            if letters in flat:
                yield Fault("anonymity", f"{name} is named in the metadata ({key})")
        for found in (*_PATH.finditer(value), *_EMAIL.finditer(value)):
            yield Fault("anonymity", f"{found[0]} stands in the metadata ({key})")
        if key == "Author" and not _ANONYMOUS.search(value) and not any(each in flat for each in names.values()):
            yield Fault("anonymity", f"the metadata name an author: {value[:60]}")


def _of_nobody(address: str) -> bool:
    return any(word in address.casefold() for word in _NOBODY)


def _letters(text: str) -> str:
    """Letters and digits alone, without the marks on them, so that neither lines nor hyphens hide a name."""
    plain = unicodedata.normalize("NFKD", text.replace("ł", "l").replace("Ł", "L").replace("ß", "ss"))
    return "".join(each for each in plain if each.isalnum()).casefold()
