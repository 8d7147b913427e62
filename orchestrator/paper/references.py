"""The works that a paper may cite: those that people included, each with the position of the decision."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from orchestrator.library.shelf import Shelf
from orchestrator.paper.blocks import Block, Blocks, Paragraph, blocks_of
from orchestrator.paper.voices.escaping import tex_text
from orchestrator.reports.page import Page, Part
from orchestrator.reports.prose import Prose, Said
from store.board import Board
from store.literature.standing import Standing
from store.queries.literature import SELECTED, Records, reason_of, review_of, standings
from store.review import Concept
from tasks.literature.gaps import gap_table
from tasks.literature.record import Name, Record

CITED_IN = "related_work"

_SMALL = frozenset({"a", "an", "the", "on", "of", "in", "for", "and", "to", "is", "are", "do", "does", "with", "from"})
_WORD = re.compile(r"[a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Reference:
    """A work that people included."""

    key: str
    record: Record
    position: int
    """Of the decision that stands."""


@dataclass(frozen=True, slots=True)
class Group:
    """Works on a concept of the study, by its name; without one, those on none of them."""

    concept: str
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class References:
    """Works by key, how they are grouped, and the text of references.bib."""

    works: tuple[Reference, ...] = ()
    groups: tuple[Group, ...] = ()
    standings: Mapping[str, str] = field(default_factory=dict)
    """Key of a work that may not be cited -> why."""
    style: str = "plain"
    """Of BibTeX."""

    @property
    def bib(self) -> str:
        """As BibTeX reads it; every text in it is printed as it stands."""
        return "\n".join(_entry(work) for work in self.works)

    @property
    def words(self) -> tuple[str, ...]:
        """The texts that the references print."""
        return tuple(text for work in self.works for _, text in _fields(work.record))

    def put_into(self, page: Page) -> Page:
        """The page with the works cited, group by group, in the section on related work."""
        if not self.works:
            return page
        return replace(page, parts=tuple(self._cited_in(part) for part in page.parts))

    def cited(self, page: Page) -> tuple[str, ...]:
        """Keys of the works that the page cites, each once, in the order of the page."""
        blocks = [block for part in page.parts for block in blocks_of(part.view)]
        return tuple(dict.fromkeys(key for block in blocks if isinstance(block, Paragraph) for key in block.cites))

    def _cited_in(self, part: Part) -> Part:
        if part.section.name != CITED_IN or not isinstance(part.view, Blocks):
            return part
        told: list[Block] = [Paragraph(_of_group(group), cites=group.keys) for group in self.groups]
        first, *rest = part.view.blocks
        return Part(part.section, Blocks((first, *told, *rest)))


NO_REFERENCES = References()


def references_of(board: Board, shelf: Shelf) -> References:
    """The works that stand as included, from their records. Raises IntegrityFailure where these are not kept."""
    found = {where: list(_of(board, shelf, where)) for where in (True, False)}
    keys = _keys([record for _, _, record in (*found[True], *found[False])])
    included = [
        Reference(keys[at], record, _position(board, records, where))
        for at, (records, where, record) in enumerate(found[True])
    ]
    works = tuple(sorted(included, key=lambda work: work.key))
    standing = {
        keys[len(included) + at]: _why(board, records, where) for at, (records, where, _) in enumerate(found[False])
    }
    return References(works, tuple(_grouped(works, review_of(board).concepts)), dict(sorted(standing.items())))


def _of(board: Board, shelf: Shelf, included: bool) -> Iterator[tuple[Records, Standing, Record]]:
    for records, where in standings(board):
        if (where in SELECTED) is included:
            yield records, where, shelf.work(board.library, records)


def _position(board: Board, records: Records, where: Standing) -> int:
    decided = reason_of(board, records, "full-text" if where == "included" else "title")
    return decided.position if decided is not None else 0


def _why(board: Board, records: Records, where: Standing) -> str:
    decided = reason_of(board, records, "full-text" if where == "excluded-full-text" else "title")
    if decided is None or where not in ("excluded", "excluded-full-text", "ruled-out"):
        return "nobody has screened it"
    reason = decided.screening.criterion or decided.screening.reason or "no reason is given"
    return f"it was excluded at event {decided.position} ({reason})"


def _grouped(works: Sequence[Reference], concepts: Sequence[Concept]) -> Iterator[Group]:
    left = {work.key for work in works}
    for gap in gap_table(concepts, ((work.key, work.record) for work in works)):
        if len(gap.concepts) == 1 and gap.works:
            left -= set(gap.works)
            yield Group(gap.concepts[0], gap.works)
    if left:
        yield Group("", tuple(sorted(left)))


def _of_group(group: Group) -> Prose:
    if not group.concept:
        return ("Of none of these, by their titles and abstracts, are the other works that were included",)
    return ("Of ", Said(group.concept, 0), " are, by their titles and abstracts,")


def _keys(records: Sequence[Record]) -> list[str]:
    """Author, year and a word of the title; the same for the same works in any order."""
    base = [_key(record) for record in records]
    ordered = sorted(range(len(records)), key=lambda at: (base[at], records[at].title, records[at].doi))
    seen: dict[str, int] = {}
    keys = [""] * len(records)
    for at in ordered:
        seen[base[at]] = seen.get(base[at], 0) + 1
        keys[at] = base[at] if seen[base[at]] == 1 else f"{base[at]}-{seen[base[at]]}"
    return keys


def _key(record: Record) -> str:
    first = record.authors[0] if record.authors else Name(literal="anonymous")
    words = [word for word in _WORD.findall(_ascii(record.title)) if word not in _SMALL]
    author = "".join(_WORD.findall(_ascii(first.family or first.literal))) or "anonymous"
    year = str(record.issued.year) if record.issued else "undated"
    return f"{author}{year}{words[0] if words else ''}"


def _ascii(text: str) -> str:
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()


def _entry(work: Reference) -> str:
    kind = {"article-journal": "article", "paper-conference": "inproceedings", "book": "book"}.get(
        work.record.type, "misc"
    )
    lines = "".join(f"  {name} = {{{text}}},\n" for name, text in _printed(work.record))
    return f"% included at event {work.position}\n@{kind}{{{work.key},\n{lines}}}\n"


def _printed(record: Record) -> Iterator[tuple[str, str]]:
    for name, text in _fields(record):
        if name == "author":
            yield name, " and ".join(_person(each) for each in record.authors)
        elif name == "title":
            yield name, f"{{{tex_text(text)}}}"  # as it is spelled, whatever the style makes of titles
        else:
            yield name, tex_text(text)


def _fields(record: Record) -> Iterator[tuple[str, str]]:
    container = {"article-journal": "journal", "paper-conference": "booktitle"}.get(record.type, "howpublished")
    given = (
        ("author", "; ".join(each.family or each.literal for each in record.authors)),
        ("title", record.title),
        (container, record.container),
        ("publisher", record.publisher if record.type == "book" else ""),
        ("year", str(record.issued.year) if record.issued else ""),
        ("volume", record.volume),
        ("number", record.issue),
        ("pages", record.pages),
        ("note", f"doi:{record.doi}" if record.doi else f"arXiv:{record.arxiv}" if record.arxiv else ""),
    )
    return ((name, text) for name, text in given if text)


def _person(name: Name) -> str:
    if name.literal:
        return f"{{{tex_text(name.literal)}}}"
    parts = [name.family, name.suffix, name.given] if name.suffix else [name.family, name.given]
    return ", ".join(f"{{{tex_text(part)}}}" for part in parts)
