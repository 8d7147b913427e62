"""The gate: a command and the board it meets become events, or are refused. Composes the gates of subjects. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from store import commands as c
from store.board import Board, imagined
from store.canonical import digest_of
from store.commands import Command
from store.cycle import gate as cycle
from store.cycle.commands import CycleCommand
from store.decision import gate as decision
from store.decision.commands import DecisionCommand
from store.errors import Refused, first_line
from store.events import Event
from store.kinds import KINDS
from store.literature import gate as literature
from store.literature.commands import LiteratureCommand
from store.review import ReviewProtocol
from store.study import gate as study
from store.study.commands import StudyCommand
from store.task import gate as task
from store.task.commands import Succeed, TaskCommand
from store.task.events import ResultRejected


def decide(command: Command, board: Board) -> Sequence[Event]:
    """The events that the command leads to; none when it changes nothing. Raises Refused or BadInput."""
    if isinstance(command, TaskCommand):
        return _on_task(command, board)
    if isinstance(command, CycleCommand):
        return _on_cycle(command, board)
    if isinstance(command, DecisionCommand):
        return _on_decision(command, board)
    if isinstance(command, LiteratureCommand):
        return _on_literature(command, board)
    if isinstance(command, StudyCommand):
        return _on_study(command, board)
    assert_never(command)


def _on_study(command: StudyCommand, board: Board) -> Sequence[Event]:
    match command:
        case c.RegisterStudy():
            return study.register(command, board.protocol)
        case c.AmendStudy():
            amended = study.amend(command, board.protocol)
            if board.study is None or not amended:
                return amended
            return [*amended, *decision.withdraw(board.decisions, board.study, command.study)]
        case unknown:
            assert_never(unknown)


def _on_cycle(command: CycleCommand, board: Board) -> Sequence[Event]:
    match command:
        case c.OpenCycle():
            study.registered(board.protocol)
            opened = cycle.open_next(command, board.cycles)
            decision.require_none_open(board.decisions)
            return opened
        case c.MakeAssessment():
            rule = study.registered(board.protocol).decision
            return cycle.assess(command, board.cycles, digest_of(rule))
        case c.Recommend():
            return cycle.recommend(command, board.cycles)
        case c.WriteReport():
            return cycle.report(command, board.cycles)
        case c.CloseCycle():
            closed = cycle.close(command, board.cycles)
            return [*task.wind_up(board.tasks, cycle.open_cycle(board.cycles)), *closed]
        case unknown:
            assert_never(unknown)


def _on_task(command: TaskCommand, board: Board) -> Sequence[Event]:
    match command:
        case c.PlanTask():
            return task.plan(command, board.tasks, cycle.open_cycle(board.cycles))
        case c.ClaimTask():
            return task.claim(command, board.tasks, cycle.open_cycle(board.cycles))
        case c.ReleaseTask():
            return task.release(command, board.tasks)
        case c.Succeed():
            return _succeeded(command, board)
        case c.Fail() | c.Block():
            return task.finish(command, board.tasks)
        case c.AcceptTask():
            return task.accept(command, board.tasks)
        case c.ReturnTask():
            return task.send_back(command, board.tasks)
        case unknown:
            assert_never(unknown)


def _succeeded(command: Succeed, board: Board) -> Sequence[Event]:
    """The result, and the events that it carries: all of them, or none where the claim is no longer the newest."""
    ended = task.finish(command, board.tasks)
    if isinstance(ended[0], ResultRejected):
        return ended
    told: list[Event] = []
    kind = KINDS[task.known(board.tasks, command.task_id).kind]
    for event in command.told:
        if event.type not in kind.tells or not isinstance(event, Event):
            raise Refused(f"a task of kind {kind.name} may not tell of {event.type}")
        told.append(event)
    if told:
        _require_fitting([*ended, *told], board)
    return [*ended, *told]


def _require_fitting(events: Sequence[Event], board: Board) -> None:
    """Raise Refused where the board cannot take these events one after the other."""
    try:
        for event in events:
            board = imagined(board, event)
    except (LookupError, TypeError, ValueError, AttributeError, AssertionError) as error:
        raise Refused(f"a {event.type} that the task tells of does not fit the record ({first_line(error)})") from error


def _on_decision(command: DecisionCommand, board: Board) -> Sequence[Event]:
    match command:
        case c.RequestDecision(decision_id=decision_id):
            if decision_id in board.decisions_by_id:
                return []
            number = cycle.before_report(board.cycles).number
            return decision.request(command, number, board.study)
        case c.MakeDecision():
            return decision.answer(command, board.decisions, board.study)
        case c.ExpireDecisions():
            return decision.expire(command, board.decisions)
        case unknown:
            assert_never(unknown)


def _on_literature(command: LiteratureCommand, board: Board) -> Sequence[Event]:
    review = study.registered(board.protocol).literature or ReviewProtocol()
    match command:
        case c.ImportRecords():
            return literature.take_in(command, board.library)
        case c.MatchRecords():
            return literature.match(command, board.library)
        case c.AnswerMerge():
            return literature.answer(command, board.library)
        case c.SplitWork():
            return literature.split(command, board.library)
        case c.ScreenWorks():
            return literature.screen(command, board.library, review)
        case c.StopScreening():
            return literature.stop(command, review)
        case c.EndWatch(watch=watch):
            return [watch]
        case unknown:
            assert_never(unknown)
