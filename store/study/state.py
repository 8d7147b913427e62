"""The protocol as it stands: the study in force, its digest, and what was amended. Frozen; folds its own events."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never

from store.record import Recorded
from store.series import Series
from store.study.events import StudyAmended, StudyEvent, StudyRegistered
from store.study.protocol import Study


@dataclass(frozen=True, slots=True)
class Amendment:
    """A change of the protocol."""

    event: StudyAmended
    position: int
    at: datetime
    by: str
    before: Study
    """The protocol until then."""


@dataclass(frozen=True, slots=True)
class Protocol:
    """What is asked, and by which rule it is decided."""

    study: Study | None = None
    """None before registration."""
    sha256: str | None = None
    registered_position: int | None = None
    amendments: Series[Amendment] = Series()  # noqa: RUF009 (immutable)

    def evolve(self, event: StudyEvent, entry: Recorded) -> Protocol:
        """The protocol after one more event."""
        match event:
            case StudyRegistered():
                return replace(self, study=event.study, sha256=event.digest, registered_position=entry.position)
            case StudyAmended():
                amendment = Amendment(event, entry.position, entry.at, entry.actor, self.study or event.study)
                return replace(
                    self, study=event.study, sha256=event.digest, amendments=self.amendments.append(amendment)
                )
            case unknown:
                assert_never(unknown)
