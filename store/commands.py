"""What may be asked of the record, by subject. A command becomes events only through `store.gate`."""

from __future__ import annotations

from store.cycle.commands import CloseCycle, CycleCommand, MakeAssessment, OpenCycle, Recommend, WriteReport
from store.decision.commands import DecisionCommand, ExpireDecisions, MakeDecision, RequestDecision
from store.literature.commands import (
    AnswerMerge,
    EndWatch,
    ImportRecords,
    LiteratureCommand,
    MatchRecords,
    ScreenWorks,
    SplitWork,
    StopScreening,
)
from store.study.commands import AmendStudy, RegisterStudy, StudyCommand
from store.task.commands import (
    AcceptTask,
    Block,
    ClaimTask,
    Fail,
    PlanTask,
    ReleaseTask,
    ReturnTask,
    Succeed,
    TaskCommand,
)

__all__ = [
    "AcceptTask",
    "AmendStudy",
    "AnswerMerge",
    "Block",
    "ClaimTask",
    "CloseCycle",
    "Command",
    "CycleCommand",
    "DecisionCommand",
    "EndWatch",
    "ExpireDecisions",
    "Fail",
    "ImportRecords",
    "LiteratureCommand",
    "MakeAssessment",
    "MakeDecision",
    "MatchRecords",
    "OpenCycle",
    "PlanTask",
    "Recommend",
    "RegisterStudy",
    "ReleaseTask",
    "RequestDecision",
    "ReturnTask",
    "ScreenWorks",
    "SplitWork",
    "StopScreening",
    "StudyCommand",
    "Succeed",
    "TaskCommand",
    "WriteReport",
]

Command = StudyCommand | CycleCommand | TaskCommand | DecisionCommand | LiteratureCommand
