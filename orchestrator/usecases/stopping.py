"""Stopping: whether the test says that screening may end, and the record of its end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from orchestrator.usecases.errors import person, printable
from orchestrator.usecases.session import Notify, Session
from store.commands import StopScreening
from store.errors import BadInput
from store.queries.screening import Read, agreed_pairs, read_so_far, sampled_after_stop

if TYPE_CHECKING:
    from orchestrator.settings import Settings
    from store.board import Board
    from tasks.literature.agreement import Agreement
    from tasks.literature.stopping import StoppingTest


@dataclass(frozen=True, slots=True)
class Stopping:
    """What the stopping rule says now."""

    read: Read
    test: StoppingTest
    target: float
    confidence: float
    sample: tuple[int, int, int, int] | None
    """After an end: works left, read of these at random, and the interval of how many of all left are relevant."""
    agreement: Agreement | None
    """Of two screeners."""

    def view(self) -> dict[str, Any]:
        """`gonogo.stopping/1`."""
        left = None
        if self.sample is not None:
            names = ("left", "sampled", "relevant_at_least", "relevant_at_most")
            left = dict(zip(names, self.sample, strict=True))
        return {
            "schema": "gonogo.stopping/1",
            "read": len(self.read.relevant),
            "relevant": sum(self.read.relevant),
            "unread": self.read.unread,
            "target": self.target,
            "confidence": self.confidence,
            **asdict(self.test),
            "left_unread": left,
            "agreement": asdict(self.agreement) if self.agreement is not None else None,
        }

    def lines(self, recorded: bool) -> Iterator[str]:
        """In words."""
        read, relevant = len(self.read.relevant), sum(self.read.relevant)
        yield f"{read} works are read, {relevant} of them relevant; {self.read.unread} are unread"
        says = "may stop" if self.test.holds else "goes on"
        yield (
            f"screening {says}: p = {self.test.p:.3g} that less than {self.target:g} of what is relevant was found, "
            f"and at most {1 - self.confidence:.3g} is asked for"
        )
        yield f"at confidence {self.confidence:g}, at most {self.test.left_at_most} of the unread are relevant"
        if self.sample is not None:
            left, sampled, low, high = self.sample
            yield (
                f"of {left} left unread at the last end, {sampled} were read at random since: "
                f"{low} to {high} of all left are relevant (95 %)"
            )
        if self.agreement is not None and self.agreement.works:
            kappa = "undefined" if self.agreement.kappa is None else f"{self.agreement.kappa:.2f}"
            yield f"two screeners agree on {self.agreement.agreed} of {self.agreement.works} works, kappa {kappa}"
        if recorded:
            yield f"recorded: screening stopped, {self.read.unread} works left unread"


def stopping(settings: Settings) -> Stopping:
    """What the stopping rule says now."""
    with Session.read(settings) as session:
        return _stopping(session.board())


def stop_screening(settings: Settings, by: str, reason: str, notify: Notify) -> Stopping:
    """End screening, as a human. Refused where the test does not say that it may, and no reason is given."""
    from tasks.literature.stopping import METHOD

    who, why = person(by, "by"), printable(reason, "reason") if reason else ""
    with Session.open(settings, notify) as session:
        found = _stopping(session.board)
        command = StopScreening(METHOD, found.test.p, len(found.read.relevant), found.read.unread, who, why)
        session.submit(command, actor=f"human:{who}")
        return found


def _stopping(board: Board) -> Stopping:
    from store.queries.literature import review_of
    from tasks.literature.agreement import agreement
    from tasks.literature.stopping import left_relevant, stopping_test

    if not board.library.order:
        raise BadInput("there is no literature yet; gonogo literature import FILES takes some in")
    review, read, sample = review_of(board), read_so_far(board), sampled_after_stop(board)
    told = None
    if sample is not None:
        left, sampled, relevant = sample
        told = (left, sampled, *left_relevant(sampled, relevant, left))
    return Stopping(
        read=read,
        test=stopping_test(read.relevant, read.unread, review.recall, review.confidence),
        target=review.recall,
        confidence=review.confidence,
        sample=told,
        agreement=agreement(agreed_pairs(board)) if review.screeners > 1 else None,
    )
