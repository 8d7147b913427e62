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
from store.literature.events import (
    LiteratureEvent,
    MergeAnswered,
    MergesAsked,
    RecordsImported,
    RecordsMerged,
    ScreeningStopped,
    WatchEnded,
    WorkSplit,
    WorksScreened,
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
    "LiteratureEvent",
    "MergeAnswered",
    "MergesAsked",
    "Option",
    "Recommendation",
    "RecommendationsMade",
    "RecordsImported",
    "RecordsMerged",
    "ReportWritten",
    "ResultRejected",
    "ScreeningStopped",
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
    "WatchEnded",
    "WorkSplit",
    "WorksScreened",
]

Event = StudyEvent | CycleEvent | TaskEvent | DecisionEvent | LiteratureEvent
"""Every event, for type checks and `match`."""

TaggedEvent = Annotated[Event, Field(discriminator="type")]
"""The same union, for parsing."""
