"""The gate: a command and the board it meets become events, or are refused. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NoReturn, assert_never

from store import commands as c
from store import events as e
from store.amendments import changed_keys, withdrawn
from store.board import Board, Cycle, Decision, Task
from store.chain import canonical, sha256
from store.codec import digest_of
from store.errors import BadInput, Refused
from store.specs import TaskSpec
from store.study import Study


def decide(command: c.Command, board: Board) -> Sequence[e.Event]:
    """The events that the command leads to; none when it changes nothing. Raises Refused or BadInput."""
    match command:
        case c.RegisterStudy(study=study):
            return _register(study, board)
        case c.AmendStudy(study=study, reason=reason):
            return _amend(study, reason, board)
        case c.OpenCycle(because=because):
            return _open_cycle(because, board)
        case c.PlanTask():
            return _plan(command, board)
        case c.ClaimTask():
            return _claim(command, board)
        case c.ReleaseTask(task_id=task_id, fence=fence, reason=reason):
            held = _holds(board, task_id, fence)
            return [e.TaskReleased(task_id=task_id, fence=fence, reason=reason)] if held else []
        case c.Succeed() | c.Fail() | c.Block():
            return _finish(command, board)
        case c.AcceptTask(task_id=task_id, checks=checks):
            _expect(board, task_id, "succeeded")
            return [e.TaskAccepted(task_id=task_id, checks=checks)]
        case c.ReturnTask(task_id=task_id, checks=checks, reason=reason):
            task = _expect(board, task_id, "succeeded", "failed")
            if task.returns:
                raise Refused(f"task {task_id} was returned before; a human has to look at it")
            return [e.TaskReturned(task_id=task_id, checks=checks, reason=reason)]
        case c.RequestDecision():
            return _request(command, board)
        case c.MakeDecision():
            return _answer(command, board)
        case c.ExpireDecisions(at=at):
            return [
                e.DecisionExpired(decision_id=decision.request.decision_id, stands=decision.request.if_silent)
                for decision in board.open_decisions
                if (expiry := expires_at(decision)) is not None and at >= expiry
            ]
        case c.MakeAssessment():
            return _assess(command, board)
        case c.Recommend(recommendations=recommendations):
            if _open(board).recommendations is not None:
                return []
            return [e.RecommendationsMade(cycle=_untold(board).number, recommendations=recommendations)]
        case c.WriteReport(cycle=number, as_of=as_of, renderer=renderer, files=files):
            written = _open_as(board, number).report is not None
            return [] if written else [e.ReportWritten(cycle=number, as_of=as_of, renderer=renderer, files=files)]
        case c.CloseCycle(cycle=number):
            return _close(_open_as(board, number), board)
        case unknown:
            assert_never(unknown)


def task_id(cycle: int, spec: TaskSpec) -> str:
    """The id of a task: it follows from the cycle and the spec alone."""
    return f"c{cycle}-{spec.kind}-{sha256(canonical([cycle, spec.model_dump(mode='json')]))[:10]}"


def expires_at(decision: Decision) -> datetime | None:
    """The moment after which a question may no longer be answered; None when it stands for ever."""
    days = decision.request.expires_days
    return None if days is None else decision.requested_at + timedelta(days=days)


def _register(study: Study, board: Board) -> Sequence[e.Event]:
    digest = digest_of(study)
    if board.study is None:
        return [e.StudyRegistered(study=study, digest=digest)]
    if board.study_sha256 == digest:
        return []
    keys = ", ".join(changed_keys(board.study, study)) or "its text"
    raise Refused(
        f"study.toml was changed after it was registered ({keys}); "
        "restore it, or record the change with gonogo run --amend REASON"
    )


def _amend(study: Study, reason: str, board: Board) -> Sequence[e.Event]:
    if board.study is None:
        return _register(study, board)
    digest = digest_of(study)
    if digest == board.study_sha256:
        return []
    if not reason.strip():
        raise BadInput("an amendment needs a reason")
    changed = changed_keys(board.study, study)
    return [
        e.StudyAmended(study=study, digest=digest, changed=changed, reason=reason),
        *withdrawn(board, board.study, study),
    ]


def _open_cycle(because: str, board: Board) -> Sequence[e.Event]:
    if board.study is None:
        raise Refused("no study is registered yet")
    if board.open_cycle is not None:
        raise Refused(f"cycle {board.open_cycle.number} is still open")
    if board.open_decisions:
        raise Refused(f"decision {board.open_decisions[0].request.decision_id} waits for a human")
    return [e.CycleOpened(cycle=len(board.cycles) + 1, because=because)]


def _plan(command: c.PlanTask, board: Board) -> Sequence[e.Event]:
    cycle = _open(board).number
    new_id = task_id(cycle, command.spec)
    planned: list[e.Event] = []
    if new_id not in board.tasks_by_id:
        _require_in_time(board, command.spec)
        for dependency in command.depends_on:
            _task(board, dependency)
        planned.append(
            e.TaskPlanned(
                task_id=new_id,
                cycle=cycle,
                title=command.title,
                spec=command.spec,
                subject=command.subject,
                priority=command.priority,
                depends_on=command.depends_on,
                rule=command.rule,
                because=command.because,
                acceptance=command.acceptance,
            )
        )
    if command.supersedes is not None and _task(board, command.supersedes).status != "superseded":
        replaced = _task(board, command.supersedes)
        if replaced.status != "blocked" and not replaced.disputed:
            raise Refused(f"task {replaced.task_id} is {replaced.status}; only work that cannot be done is replaced")
        planned.append(e.TaskSuperseded(task_id=command.supersedes, by=new_id, because=command.because))
    return planned


def _claim(command: c.ClaimTask, board: Board) -> Sequence[e.Event]:
    task = _task(board, command.task_id)
    cycle = _open(board).number
    if task.cycle != cycle:
        raise Refused(f"task {task.task_id} belongs to cycle {task.cycle}, and cycle {cycle} is open")
    if not (task.claimable or (command.takeover and task.status == "claimed")):
        raise Refused(f"task {task.task_id} is {task.status}; it cannot be claimed")
    if not task.fence:
        _require_in_time(board, task.spec)
    if not board.dependencies_met(task):
        raise Refused(f"task {task.task_id} waits for {', '.join(task.depends_on)}")
    return [
        e.TaskClaimed(
            task_id=task.task_id,
            agent=command.agent,
            worker=command.worker,
            fence=task.fence + 1,
            takeover=task.status == "claimed",
        )
    ]


def _finish(command: c.Succeed | c.Fail | c.Block, board: Board) -> Sequence[e.Event]:
    task = _task(board, command.task_id)
    if not _holds(board, command.task_id, command.fence):
        outcome = type(command).__name__.lower()
        return [e.ResultRejected(task_id=task.task_id, fence=command.fence, newest=task.fence, outcome=outcome)]
    match command:
        case c.Fail(error=error):
            return [e.TaskFailed(task_id=task.task_id, fence=command.fence, error=error)]
        case c.Block(reason=reason, remedy=remedy):
            return [e.TaskBlocked(task_id=task.task_id, fence=command.fence, reason=reason, remedy=remedy)]
        case c.Succeed():
            return [
                e.EvidenceRecorded(
                    task_id=task.task_id,
                    run_id=command.run_id,
                    evidence=command.evidence,
                    artifacts=command.artifacts,
                ),
                e.TaskSucceeded(
                    task_id=task.task_id, fence=command.fence, summary=command.summary, facts=dict(command.facts)
                ),
            ]


def _request(command: c.RequestDecision, board: Board) -> Sequence[e.Event]:
    if command.decision_id in board.decisions_by_id:
        return []
    keys = [option.key for option in command.options]
    for key in (command.recommended, command.if_silent):
        if key not in keys:
            raise BadInput(f"decision {command.decision_id}: {key!r} is not among its options")
    brief: dict[str, Any] = {
        "decision_id": command.decision_id,
        "cycle": _untold(board).number,
        "kind": command.kind,
        "subject": command.subject,
        "question": command.question,
        "options": [option.model_dump(mode="json") for option in command.options],
        "recommended": command.recommended,
        "because": command.because,
        "if_silent": command.if_silent,
        "expires_days": board.study.approvals.expires_days if board.study else None,
    }
    return [e.DecisionRequested.model_validate({**brief, "brief_sha256": sha256(canonical(brief))})]


def _answer(command: c.MakeDecision, board: Board) -> Sequence[e.Event]:
    decision = board.decisions_by_id.get(command.decision_id)
    if decision is None:
        known = ", ".join(item.request.decision_id for item in board.open_decisions) or "none is open"
        raise BadInput(f"there is no decision {command.decision_id!r}; open decisions: {known}")
    keys = [option.key for option in decision.request.options]
    if command.choice not in keys:
        raise BadInput(
            f"decision {command.decision_id} has no option {command.choice!r}; choose one of: {', '.join(keys)}"
        )
    if not command.by.strip():
        raise BadInput("a decision needs the name of who makes it")
    if not command.reason.strip():
        raise BadInput("a decision needs a reason")
    if decision.status == "made":
        raise Refused(f"decision {command.decision_id} was made already: {decision.chosen}, by {decision.by}")
    if decision.status == "withdrawn":
        raise Refused(f"decision {command.decision_id} was withdrawn: {decision.reason}")
    expiry = expires_at(decision)
    if decision.status == "expired" or (expiry is not None and command.at >= expiry):
        raise Refused(f"decision {command.decision_id} has expired; {decision.request.if_silent!r} stands")
    approvers = board.study.approvals.approvers if board.study else ()
    if approvers and command.by not in approvers:
        raise Refused(f"{command.by} is not among the approvers of this study: {', '.join(approvers)}")
    if command.brief_sha256 not in (None, decision.request.brief_sha256):
        raise Refused(f"decision {command.decision_id} is not the brief that was read; read it again")
    return [
        e.DecisionMade(
            decision_id=command.decision_id,
            choice=command.choice,
            by=command.by,
            reason=command.reason,
            brief_sha256=decision.request.brief_sha256,
        )
    ]


def _assess(command: c.MakeAssessment, board: Board) -> Sequence[e.Event]:
    cycle = _open(board)
    if cycle.assessment is not None or board.study is None:
        return []
    return [
        e.AssessmentMade(
            cycle=_untold(board).number,
            verdict=command.verdict,
            reason=command.reason,
            look=command.look,
            comparison=command.comparison,
            findings=command.findings,
            claims=command.claims,
            rule_sha256=digest_of(board.study.decision),
        )
    ]


def _close(cycle: Cycle, board: Board) -> Sequence[e.Event]:
    tasks = board.tasks_in(cycle.number)
    for task in tasks:
        if task.status == "claimed":
            raise Refused(f"cycle {cycle.number} cannot close while {task.task_id} is being worked on")
        if task.status in ("succeeded", "failed") and not task.disputed:
            raise Refused(f"cycle {cycle.number} cannot close before {task.task_id} is reviewed")
    return [
        *(
            e.TaskCancelled(task_id=task.task_id, because="the cycle ended before it could be done")
            for task in tasks
            if task.claimable
        ),
        e.CycleClosed(cycle=cycle.number),
    ]


def _open(board: Board) -> Cycle:
    cycle = board.open_cycle
    if cycle is None:
        raise Refused("no cycle is open")
    return cycle


def _untold(board: Board) -> Cycle:
    """The open cycle, while its report can still tell of what is added."""
    cycle = _open(board)
    if cycle.report is not None:
        raise Refused(f"the report of cycle {cycle.number} is written; it would not tell of what comes now")
    return cycle


def _require_in_time(board: Board, spec: TaskSpec) -> None:
    """What is measured after the assessment would be in no verdict of its cycle."""
    cycle = _open(board)
    if cycle.assessment is not None and spec.kind != "audit":
        raise Refused(f"cycle {cycle.number} is assessed; only audits of its reports may still begin")


def _open_as(board: Board, number: int) -> Cycle:
    cycle = _open(board)
    if cycle.number != number:
        raise Refused(f"cycle {cycle.number} is open, not cycle {number}")
    return cycle


def _task(board: Board, task_id: str) -> Task:
    task = board.tasks_by_id.get(task_id)
    if task is None:
        raise Refused(f"there is no task {task_id}")
    return task


def _expect(board: Board, task_id: str, *statuses: str) -> Task:
    task = _task(board, task_id)
    if task.status not in statuses:
        _refuse_status(task, statuses)
    return task


def _refuse_status(task: Task, statuses: Sequence[str]) -> NoReturn:
    raise Refused(f"task {task.task_id} is {task.status}, not {' or '.join(statuses)}")


def _holds(board: Board, task_id: str, fence: int) -> bool:
    task = _task(board, task_id)
    return task.status == "claimed" and task.fence == fence
