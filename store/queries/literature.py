"""What is read off the library: its works, where each stands, and the flow of PRISMA 2020 in numbers. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from store.board import Board
from store.literature.events import Stage
from store.literature.standing import WAITING, Standing, opinion, ruled, standing
from store.literature.state import Decided, Library
from store.queries.memo import per_board
from store.review import ReviewProtocol

Records = tuple[str, ...]
"""Ids of the records of one work, sorted; the first is the work's own."""

_NONE = ReviewProtocol()


def review_of(board: Board) -> ReviewProtocol:
    """How the protocol in force tracks literature; with nothing in it where it says nothing."""
    return (board.study.literature if board.study is not None else None) or _NONE


def is_tracked(board: Board) -> bool:
    """Whether there is anything to tell of literature."""
    return len(board.library.order) > 0 or len(board.library.watches) > 0 or review_of(board) != _NONE


def works(library: Library) -> Iterator[Records]:
    """Every work once, in the order in which the first of its records came in."""
    seen = set[str]()
    for imported in library:
        for record in imported.ids:
            group = library.groups.get(record)
            if group is None:
                yield (record,)
            elif group.records[0] not in seen:
                seen.add(group.records[0])
                yield group.records


def record_count(library: Library) -> int:
    """How many records were kept of all that came in."""
    return sum(int(each.event.kept) for each in library)


def standings(board: Board) -> Iterator[tuple[Records, Standing]]:
    """Every work, and where it stands."""
    screeners = review_of(board).screeners
    for records in works(board.library):
        yield records, standing(board.library, records, screeners)


def reason_of(board: Board, records: Records, stage: Stage) -> Decided | None:
    """The decision that stands on a work at a stage: of people, or else of a rule."""
    found = opinion(board.library, records, stage, review_of(board).screeners).decided
    return found or (ruled(board.library, records) if stage == "title" else None)


def key_papers(board: Board) -> Iterator[tuple[Records, Decided]]:
    """Works that somebody marked as key papers and that are not excluded since, with the decision that marks them."""
    for records, where in standings(board):
        if where in ("sought", "not-had", "included"):
            for stage in ("full-text", "title"):
                decided = reason_of(board, records, stage)
                if decided is not None and decided.screening.key:
                    yield records, decided
                    break


def total(counts: Mapping[str, int]) -> int:
    """Of all reasons, or sources, together."""
    return sum(int(count) for count in counts.values())


SELECTED: tuple[Standing, ...] = ("sought", "included")
"""Included so far: by full text, or by title as long as the full text is not decided on."""


@dataclass(frozen=True, slots=True)
class Flow:
    """The boxes of PRISMA 2020, in works but for the first three. Each sum holds at every position of every log.

    identified = duplicates + works; works = ruled_out + left_unread + waiting + screened;
    screened = excluded + sought; sought = not_had + awaiting + assessed; assessed = excluded_full_text + included.
    """

    identified: Mapping[str, int] = field(default_factory=dict)
    """Source -> records that were kept, in the order in which sources first came in."""
    quarantined: int = 0
    """Records that were set aside; they are in no other box."""
    duplicates: int = 0
    """Records less works."""
    ruled_out: Mapping[str, int] = field(default_factory=dict)
    """Rule -> works."""
    left_unread: int = 0
    waiting: int = 0
    """Works on which a human has still to decide by title."""
    excluded: Mapping[str, int] = field(default_factory=dict)
    """Criterion -> works, by title."""
    not_had: int = 0
    awaiting: int = 0
    """Works that are sought, and on whose full text nobody has decided."""
    excluded_full_text: Mapping[str, int] = field(default_factory=dict)
    included: int = 0
    disputed: int = 0
    """Of those waiting: two screeners decided differently."""
    disputed_full_text: int = 0
    """Of those awaiting, likewise."""
    key: int = 0
    """Of those sought: key papers."""
    questions: int = 0
    """Whether two records are of one work, which nobody has answered."""

    @property
    def undecided(self) -> int:
        """Works to be screened on which nobody differs."""
        return self.waiting - self.disputed

    @property
    def records(self) -> int:
        """All that were identified."""
        return total(self.identified)

    @property
    def works(self) -> int:
        """All that the records are of."""
        return self.records - self.duplicates

    @property
    def assessed(self) -> int:
        """By full text."""
        return total(self.excluded_full_text) + self.included

    @property
    def sought(self) -> int:
        """Included by title."""
        return self.not_had + self.awaiting + self.assessed

    @property
    def screened(self) -> int:
        """By title, by people."""
        return total(self.excluded) + self.sought


@per_board
def flow(board: Board) -> Flow:
    """The boxes as the library stands."""
    library = board.library
    identified = Counter[str]()
    for each in library:
        identified[each.event.source] += each.event.kept
    counts, differing, screeners = Counter[Standing](), 0, review_of(board).screeners
    reasons: dict[Standing, Counter[str]] = {
        "ruled-out": Counter(),
        "excluded": Counter(),
        "excluded-full-text": Counter(),
    }
    for records, where in standings(board):
        counts[where] += 1
        differing += where == "sought" and opinion(library, records, "full-text", screeners).disputed
        if where in reasons:
            decided = reason_of(board, records, "full-text" if where == "excluded-full-text" else "title")
            assert decided is not None
            reasons[where][decided.screening.criterion or OTHER] += 1
    return Flow(
        identified=dict(identified),
        quarantined=sum(int(each.event.quarantined) for each in library),
        duplicates=identified.total() - counts.total(),
        ruled_out=dict(sorted(reasons["ruled-out"].items())),
        left_unread=counts["left-unread"],
        waiting=sum(int(counts[each]) for each in WAITING),
        excluded=dict(sorted(reasons["excluded"].items())),
        not_had=counts["not-had"],
        awaiting=counts["sought"],
        excluded_full_text=dict(sorted(reasons["excluded-full-text"].items())),
        included=counts["included"],
        disputed=counts["disputed"],
        disputed_full_text=differing,
        key=sum(1 for _ in key_papers(board)),
        questions=len(library.open_questions()),
    )


_WITH_REASONS: tuple[Standing, ...] = ("ruled-out", "excluded", "excluded-full-text")

OTHER = "other"
"""Stands for the criterion of an exclusion that names none."""


def new_since(library: Library, at: datetime | None) -> int:
    """How many records came in after a moment; all of them where there was none."""
    return sum(int(each.event.kept) for each in library if at is None or each.at > at)
