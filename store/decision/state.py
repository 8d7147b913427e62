"""Questions to humans as they stand. Frozen; they fold their own events."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, assert_never

from immutables import Map

from store.decision.events import (
    DecisionEvent,
    DecisionExpired,
    DecisionKind,
    DecisionMade,
    DecisionRequested,
    DecisionWithdrawn,
)
from store.record import Recorded
from store.series import Series

DecisionStatus = Literal["open", "made", "expired", "withdrawn"]


@dataclass(frozen=True, slots=True)
class Decision:
    """A question to a human, and its answer."""

    request: DecisionRequested
    position: int
    requested_at: datetime
    status: DecisionStatus = "open"
    chosen: str | None = None
    """The option in force: the one chosen, or the cautious one after expiry; None where it was withdrawn."""
    by: str | None = None
    reason: str | None = None
    answered_at: datetime | None = None
    answered_position: int | None = None


def expires_at(decision: Decision) -> datetime | None:
    """The moment after which a question may no longer be answered; None when it stands for ever."""
    days = decision.request.expires_days
    return None if days is None else decision.requested_at + timedelta(days=days)


_NO_IDS: Series[str] = Series()


@dataclass(frozen=True, slots=True)
class Decisions:
    """Every question, in the order of asking."""

    by_id: Map[str, Decision] = Map()  # noqa: RUF009 (immutable)
    order: Series[str] = _NO_IDS
    by_subject: Map[tuple[DecisionKind, str], Series[str]] = Map()  # noqa: RUF009 (immutable)

    def __iter__(self) -> Iterator[Decision]:
        return map(self.by_id.__getitem__, self.order)

    def __getitem__(self, place: int) -> Decision:
        return self.by_id[self.order[place]]

    def __len__(self) -> int:
        return len(self.order)

    @property
    def open(self) -> tuple[Decision, ...]:
        """Questions that wait for a human."""
        return tuple(decision for decision in self if decision.status == "open")

    def about(self, kind: DecisionKind, subject: str) -> list[Decision]:
        """The questions of a kind about a subject, oldest first."""
        return [self.by_id[each] for each in self.by_subject.get((kind, subject), _NO_IDS)]

    def evolve(self, event: DecisionEvent, entry: Recorded) -> Decisions:
        """The questions after one more event."""
        match event:
            case DecisionRequested():
                return self._asked(Decision(event, entry.position, entry.at))
            case DecisionMade():
                return self._answered(event, entry, "made", event.choice, event.by, event.reason)
            case DecisionExpired():
                return self._answered(event, entry, "expired", event.stands, None, "nobody answered in time")
            case DecisionWithdrawn():
                return self._answered(event, entry, "withdrawn", None, None, event.because)
            case unknown:
                assert_never(unknown)

    def _asked(self, decision: Decision) -> Decisions:
        new_id, about = decision.request.decision_id, (decision.request.kind, decision.request.subject)
        return Decisions(
            self.by_id.set(new_id, decision),
            self.order.append(new_id),
            self.by_subject.set(about, self.by_subject.get(about, _NO_IDS).append(new_id)),
        )

    def _answered(
        self,
        event: DecisionMade | DecisionExpired | DecisionWithdrawn,
        entry: Recorded,
        status: DecisionStatus,
        chosen: str | None,
        by: str | None,
        reason: str,
    ) -> Decisions:
        decision = replace(
            self.by_id[event.decision_id],
            status=status,
            chosen=chosen,
            by=by,
            reason=reason,
            answered_at=entry.at,
            answered_position=entry.position,
        )
        return replace(self, by_id=self.by_id.set(event.decision_id, decision))
