"""Works as BibTeX reads them for a paper, and the keys by which they are cited. Pure.

A file for other tools is written by `tasks.literature.writing`; here, what a record says is printed, and none of it is
read as a command.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from orchestrator.paper.voices.escaping import breakable, latin, tex_name, tex_text
from tasks.literature.folding import folded
from tasks.literature.record import Name, Record

_SMALL = frozenset({"a", "an", "the", "on", "of", "in", "for", "and", "to", "is", "are", "do", "does", "with", "from"})
_WORD = re.compile(r"[a-z0-9]+")
_AND = re.compile(r"(?i)(?<!\S)(and)(?!\S)")

_KINDS = {
    "article-journal": ("article", "journal"),
    "article-magazine": ("article", "journal"),
    "article-newspaper": ("article", "journal"),
    "review": ("article", "journal"),
    "paper-conference": ("inproceedings", "booktitle"),
    "chapter": ("incollection", "booktitle"),
    "book": ("book", "publisher"),
    "thesis": ("phdthesis", "school"),
    "report": ("techreport", "institution"),
}
"""Type of a record -> kind of an entry, and the field without which BibTeX would print a gap."""

_CALLED = {"phdthesis": "Thesis", "techreport": "Report"}
"""Since a record does not say which degree a thesis was for."""


def keys_of(record: Record) -> Iterator[str]:
    """What a work may be called, best first, without end: author, year and the first word of the title, then more."""
    first = record.authors[0] if record.authors else None
    author = "".join(_words(first.family or first.literal)) if first else "anonymous"
    year = str(record.issued.year) if record.issued else "undated"
    words = [word for word in _words(record.title) if word not in _SMALL] or [""]
    key = f"{author}{year}"
    for word in words:
        key += word
        yield key
    number = 1
    while True:
        number += 1
        yield f"{key}-{number}"


def _words(text: str) -> list[str]:
    """In ASCII; of a script that has no Latin letters, the codes of its first characters."""
    found = _WORD.findall(folded(latin(text)))
    return found or [f"u{ord(character):x}" for character in text if character.isalnum()][:2]


def entry(key: str, record: Record, position: int) -> str:
    """As BibTeX reads it, with the event by which the work was included."""
    kind, _ = _kind(record)
    lines = "".join(f"  {name} = {{{text}}},\n" for name, text in _printed(record))
    return f"% included at event {position}\n@{kind}{{{key},\n{lines}}}\n"


def printed_words(record: Record) -> tuple[str, ...]:
    """The texts that an entry prints."""
    return tuple(text for _, text in _fields(record))


def _kind(record: Record) -> tuple[str, str]:
    kind, needed = _KINDS.get(record.type, ("misc", "howpublished"))
    there = record.publisher if needed in ("publisher", "school", "institution") else record.container
    return (kind, needed) if there else ("misc", "howpublished")


def _fields(record: Record) -> Iterator[tuple[str, str]]:
    kind, needed = _kind(record)
    container = needed if needed in ("journal", "booktitle") else "series" if kind == "book" else "howpublished"
    given = (
        ("author", _people(record.authors)),
        ("editor", _people(record.editors) if kind in ("book", "incollection") else ""),
        ("title", record.title),
        (container, record.container),
        (needed if needed in ("publisher", "school", "institution") else "publisher", record.publisher),
        ("year", str(record.issued.year) if record.issued else ""),
        ("volume", record.volume),
        ("number", record.issue),
        ("pages", record.pages),
        ("note", _where(record)),
        ("type", _CALLED.get(kind, "")),
        ("key", record.title if not record.authors else ""),
    )
    return ((name, text) for name, text in given if text)


def _where(record: Record) -> str:
    return f"doi:{record.doi}" if record.doi else f"arXiv:{record.arxiv}" if record.arxiv else record.url


def _printed(record: Record) -> Iterator[tuple[str, str]]:
    for name, text in _fields(record):
        if name in ("author", "editor"):
            people = record.authors if name == "author" else record.editors
            yield name, " and ".join(map(_person, people))
        elif name == "title":
            yield name, f"{{{tex_text(text)}}}"  # as it is spelled, whatever the style makes of titles
        else:
            yield name, breakable(text) if name == "note" else tex_text(text)


def _people(names: tuple[Name, ...]) -> str:
    return "; ".join(" ".join(filter(None, (each.given, each.family, each.suffix, each.literal))) for each in names)


def _person(name: Name) -> str:
    """A name in the order that tells BibTeX which part is which; what is no person stays whole."""
    family, suffix, given = map(_part, (name.family, name.suffix, name.given))
    if family and given:
        return ", ".join(filter(None, (family, suffix, given)))
    whole = name.literal or " ".join(filter(None, (name.given, name.family, name.suffix)))
    text = _part(whole)
    return text if text and not re.search(r"[\s{]", whole) and whole.lower() != "others" else f"{{{tex_text(whole)}}}"


def _part(text: str) -> str:
    return _AND.sub(r"{\1}", tex_name(text.strip()))
