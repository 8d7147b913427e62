"""The works that a paper may cite: those that people included, each with the position of the decision."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from orchestrator.library.shelf import Shelf
from orchestrator.paper.bibliography import entry, keys_of, printed_words
from orchestrator.paper.blocks import Block, Blocks, Paragraph, blocks_of
from orchestrator.reports.page import Page, Part
from orchestrator.reports.prose import Prose, Said
from store.board import Board
from store.literature.events import Stage
from store.literature.standing import Standing
from store.queries.literature import SELECTED, Records, reason_of, review_of, standings
from store.review import Concept
from tasks.literature.gaps import gap_table
from tasks.literature.record import Record

CITED_IN = "related_work"

_DECIDED_BY: Mapping[Standing, Stage] = {
    "excluded": "title",
    "ruled-out": "title",
    "excluded-full-text": "full-text",
    "not-had": "full-text",
}
_UNDECIDED: Mapping[Standing, str] = {
    "half-screened": "only one of two people has screened it",
    "later": "whoever screened it put it off",
    "disputed": "people disagree about it, and nobody has settled that",
    "left-unread": "it was left unread when screening ended",
}


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
        return "\n".join(entry(work.key, work.record, work.position) for work in self.works)

    @property
    def words(self) -> tuple[str, ...]:
        """The texts that the references print."""
        return tuple(text for work in self.works for text in printed_words(work.record))

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
        told: list[Block] = [
            Paragraph(_of_group(group, len(self.groups) == 1), cites=group.keys) for group in self.groups
        ]
        first, *rest = part.view.blocks
        return Part(part.section, Blocks((first, *told, *rest)))


NO_REFERENCES = References()


def references_of(board: Board, shelf: Shelf) -> References:
    """The works that stand as included, from their records. Raises IntegrityFailure where these are not kept."""
    found = list(_works(board, shelf))
    keys = _keys(found)
    works, others = [], {}
    for key, work in zip(keys, found, strict=True):
        if work.where in SELECTED:
            works.append(Reference(key, shelf.work(board.library, work.records), _position(board, work)))
        else:
            others[key] = _why(board, work)
    works.sort(key=lambda each: each.key)
    concepts = review_of(board).concepts
    return References(tuple(works), tuple(_grouped(works, concepts)), dict(sorted(others.items())))


@dataclass(frozen=True, slots=True)
class _Work:
    """A work, whatever became of it."""

    records: Records
    where: Standing
    since: datetime
    """When the first of its records came in."""
    called: Record
    """That from which its key is made: the fullest of those that came in then, so that no later one changes the key."""


def _works(board: Board, shelf: Shelf) -> Iterator[_Work]:
    library = board.library
    for records, where in standings(board):
        since = {record: library.imports[record.partition(".")[0]].at for record in records}
        first = min(since.values())
        yield _Work(records, where, first, shelf.work(library, [each for each in records if since[each] == first]))


def _keys(found: Sequence[_Work]) -> list[str]:
    """A key for each work. Of works that may be called alike, who came in first keeps the shorter key, ever after.

    What came in at once is in the order of titles, so that the order of files is of no matter.
    """
    ordered = sorted(
        range(len(found)), key=lambda at: (found[at].since, found[at].called.title, repr(found[at].called))
    )
    taken: dict[str, int] = {}
    for at in ordered:
        taken[next(key for key in keys_of(found[at].called) if key not in taken)] = at
    return [key for key, _ in sorted(taken.items(), key=lambda item: item[1])]


def _position(board: Board, work: _Work) -> int:
    decided = reason_of(board, work.records, "full-text" if work.where == "included" else "title")
    return decided.position if decided is not None else 0


def _why(board: Board, work: _Work) -> str:
    decided = reason_of(board, work.records, _DECIDED_BY.get(work.where, "title"))
    if decided is None or work.where not in _DECIDED_BY:
        return _UNDECIDED.get(work.where, "nobody has screened it")
    if work.where == "not-had":
        return f"its full text could not be had, as event {decided.position} says"
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


def _of_group(group: Group, alone: bool) -> Prose:
    if not group.concept and alone:
        return ("Included were the works",)
    if not group.concept:
        return ("Of none of these, by their titles and abstracts, are the other works that were included",)
    return ("Of ", Said(group.concept, 0), " are, by their titles and abstracts,")
