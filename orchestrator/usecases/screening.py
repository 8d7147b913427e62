"""Screening: works in the order in which they are to be read, and what a human decides on each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from orchestrator.artifacts import ArtifactStore
from orchestrator.library.shelf import Shelf
from orchestrator.usecases.errors import person, printable
from orchestrator.usecases.session import Notify, Session
from store.canonical import sha256
from store.commands import ScreenWorks
from store.errors import BadInput
from store.literature.events import LONGEST_TITLE, Screening, Stage, Verdict
from store.literature.standing import WAITING, Standing, opinion
from store.queries.literature import Records, review_of, standings
from tasks.literature.citing import cited

if TYPE_CHECKING:
    from types import TracebackType

    from orchestrator.settings import Settings
    from store.board import Board
    from store.review import ReviewProtocol
    from tasks.literature.ranking import Method
    from tasks.literature.record import Record
    from tasks.literature.vectors import Works

Queue = Literal["open", "disputed", "left"]
"""Which works: those that wait, those on which two screeners differ, or those that the stopping rule left unread."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A work that waits for a decision."""

    records: Records
    record: Record
    place: int
    """How many are decided in this sitting, and this one."""
    waiting: int
    """With this one."""
    ranked_by: Method


class Desk:
    """One screener at work. Each decision is in the log, durably, when `decide` returns."""

    def __init__(self, session: Session, by: str, stage: Stage, queue: Queue) -> None:
        self._session, self._by, self._stage, self._queue = session, by, stage, queue
        self._shelf = Shelf(ArtifactStore(session.workspace.artifacts))
        self._works: Works | None = None
        self._done: list[Records] = []
        self._again: Records | None = None

    def __enter__(self) -> Desk:
        self._session.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._session.__exit__(kind, error, trace)

    @property
    def board(self) -> Board:
        """As of the last decision."""
        return self._session.board

    @property
    def review(self) -> ReviewProtocol:
        """What the study says of screening."""
        return review_of(self.board)

    @property
    def has_decided(self) -> bool:
        """Whether there is a decision of this sitting that can be taken back."""
        return bool(self._done)

    def next(self) -> Shown | None:
        """The work to be read now; None when nothing waits."""
        waiting = dict(self._waiting())
        if self._again is not None:
            first: Records | None = self._again
            method: Method = "bm25"
        else:
            first, method = self._first(waiting)
        if first is None:
            return None
        record = self._shelf.work(self.board.library, first)
        return Shown(first, record, len(self._done) + 1, max(len(waiting), 1), method)

    def decide(self, shown: Shown, verdict: Verdict, criterion: str = "", reason: str = "", key: bool = False) -> None:
        """Record a decision on the work that is shown."""
        session = self._session
        given = decision(shown.records[0], verdict, shown.record, criterion, reason, key, self._queue == "disputed")
        session.submit(ScreenWorks(self._stage, (given,), self._by), actor=f"human:{self._by}")
        self._done.append(shown.records)
        self._again = None

    def undo(self) -> bool:
        """Take back the last decision of this sitting, which is a decision too; False when there is none."""
        if not self._done:
            return False
        last, session = self._done.pop(), self._session
        undone = Screening(record=last[0], verdict="undo")
        session.submit(ScreenWorks(self._stage, (undone,), self._by), actor=f"human:{self._by}")
        self._again = last
        return True

    def _waiting(self) -> Iterator[tuple[Records, Standing]]:
        for records, where in standings(self.board):
            if self._queue == "disputed":
                wanted = self._is_disputed(records, where)
            elif self._queue == "left":
                wanted = where == "left-unread"
            elif self._stage == "full-text":
                wanted = where == "sought" and not self._has_decided(records)
            else:
                wanted = where in WAITING and where != "disputed" and not self._has_decided(records)
            if wanted:
                yield records, where

    def _is_disputed(self, records: Records, where: Standing) -> bool:
        """Whether two screeners differ at this stage."""
        if self._stage == "title":
            return where == "disputed"
        return where == "sought" and opinion(self.board.library, records, self._stage, self.review.screeners).disputed

    def _has_decided(self, records: Records) -> bool:
        """Whether this screener has said more than `later`."""
        held = [
            decided
            for record in records
            if (decided := self.board.library.decided(self._stage, record).get(self._by)) is not None
        ]
        newest = max(held, key=lambda each: each.position, default=None)
        return newest is not None and newest.screening.verdict not in ("later", "undo")

    def _first(self, waiting: dict[Records, Standing]) -> tuple[Records | None, Method]:
        """The best ranked of those that were not put off, else of those that were."""
        from tasks.literature.ranking import rank
        from tasks.literature.vectors import Works

        if not waiting:
            return None, "bm25"
        if self._queue == "left":  # a random sample, from which a share can be told
            return min(waiting, key=lambda records: sha256(records[0])), "bm25"
        library = self.board.library
        if self._works is None:
            every = ((records[0], self._shelf.work(library, records)) for records, _ in standings(self.board))
            self._works = Works(every)
        fresh = {records[0]: records for records, where in waiting.items() if where != "later"}
        among = fresh or {records[0]: records for records in waiting}
        found = rank(self._works, self.review.concepts, labels_of(self.board), among)
        return among[found.order[0].id], found.method


def labels_of(board: Board) -> dict[str, bool]:
    """Work -> whether people included it by title, for those that are decided on."""
    screeners = review_of(board).screeners
    found: dict[str, bool] = {}
    for records, _ in standings(board):
        decided = opinion(board.library, records, "title", screeners).decided
        if decided is not None and decided.screening.verdict in ("include", "exclude"):
            found[records[0]] = decided.screening.verdict == "include"
    return found


def desk(settings: Settings, by: str, stage: Stage, queue: Queue, notify: Notify) -> Desk:
    """Sit down to screen. Raises BadArgument for a name that is not one printable line, and as sessions do."""
    who = person(by, "by")
    session = Session.open(settings, notify)
    if session.board.study is None or not session.board.library.order:
        session.__exit__(None, None, None)
        raise BadInput("there is no literature to screen yet; gonogo literature import FILES takes some in")
    return Desk(session, who, stage, queue)


def decide_on(
    settings: Settings,
    stage: Stage,
    record: str,
    verdict: Verdict,
    by: str,
    notify: Notify,
    criterion: str = "",
    reason: str = "",
    key: bool = False,
    settles: bool = False,
) -> Board:
    """Record what a human decides on the work of a record; BadInput for what is not known or says too little."""
    who, why = person(by, "by"), printable(reason, "reason") if reason else ""
    with Session.open(settings, notify) as session:
        library, shelf = session.board.library, Shelf(ArtifactStore(session.workspace.artifacts))
        if not library.knows(record):
            raise BadInput(f"there is no record {record!r}; gonogo literature search finds the ids of works")
        work = shelf.work(library, library.records_of(record))
        given = decision(record, verdict, work, criterion, why, key, settles)
        session.submit(ScreenWorks(stage, (given,), who), actor=f"human:{who}")
        return session.board


def decision(
    record_id: str, verdict: Verdict, work: Record, criterion: str, reason: str, key: bool, settles: bool
) -> Screening:
    """What is decided, with the work as it was decided on."""
    return Screening(
        record=record_id,
        verdict=verdict,
        title=cited(work)[:LONGEST_TITLE],
        criterion=criterion,
        reason=reason,
        key=key,
        settles=settles,
    )
