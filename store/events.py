"""The vocabulary of the log: every event, by subject. Past events are never edited; old versions are upcast."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from store.cycle.events import (
    AssessmentMade,
    CycleClosed,
    CycleEvent,
    CycleOpened,
    Recommendation,
    RecommendationsMade,
    ReportWritten,
)
from store.decision.events import (
    DecisionEvent,
    DecisionExpired,
    DecisionKind,
    DecisionMade,
    DecisionRequested,
    DecisionWithdrawn,
    Option,
)
from store.study.events import StudyAmended, StudyEvent, StudyRegistered
from store.task.events import (
    EvidenceRecorded,
    ResultRejected,
    TaskAccepted,
    TaskBlocked,
    TaskCancelled,
    TaskClaimed,
    TaskEvent,
    TaskFailed,
    TaskPlanned,
    TaskReleased,
    TaskReturned,
    TaskSucceeded,
    TaskSuperseded,
)

__all__ = [
    "AssessmentMade",
    "CycleClosed",
    "CycleEvent",
    "CycleOpened",
    "DecisionEvent",
    "DecisionExpired",
    "DecisionKind",
    "DecisionMade",
    "DecisionRequested",
    "DecisionWithdrawn",
    "Event",
    "EvidenceRecorded",
    "Option",
    "Recommendation",
    "RecommendationsMade",
    "ReportWritten",
    "ResultRejected",
    "StudyAmended",
    "StudyEvent",
    "StudyRegistered",
    "TaggedEvent",
    "TaskAccepted",
    "TaskBlocked",
    "TaskCancelled",
    "TaskClaimed",
    "TaskEvent",
    "TaskFailed",
    "TaskPlanned",
    "TaskReleased",
    "TaskReturned",
    "TaskSucceeded",
    "TaskSuperseded",
]

Event = StudyEvent | CycleEvent | TaskEvent | DecisionEvent
"""Every event, for type checks and `match`."""

TaggedEvent = Annotated[Event, Field(discriminator="type")]
"""The same union, for parsing."""
