"""What scripts read: the board, its events and its decisions as JSON, in shapes that keep."""

from __future__ import annotations

from typing import Any

from store.board import Board
from store.decision.state import Decision, expires_at
from store.evidence import Evidence
from store.log.codec import format_time
from store.record import Recorded
from store.task.state import Task


def board_view(board: Board) -> dict[str, Any]:
    """`gonogo.board/1`."""
    cycle = board.cycle
    return {
        "schema": "gonogo.board/1",
        "position": board.position,
        "head": board.head,
        "study": board.study.name if board.study else None,
        "cycle": cycle.number if cycle else 0,
        "cycle_open": board.open_cycle is not None,
        "verdict": cycle.assessment.verdict if cycle and cycle.assessment else None,
        "tasks": [_task(task) for task in board.tasks],
        "decisions": [_short(decision) for decision in board.decisions],
    }


def assessment_view(board: Board) -> dict[str, Any] | None:
    """The newest cycle's assessment, as its event has it; None while there is none."""
    made = board.cycle.assessment if board.cycle is not None else None
    return None if made is None else made.model_dump(mode="json", exclude={"type"})


def decisions_view(board: Board) -> dict[str, Any]:
    """`gonogo.decisions/1`."""
    return {"schema": "gonogo.decisions/1", "decisions": [_full(decision) for decision in board.decisions]}


def event_view(entry: Recorded) -> dict[str, Any]:
    """One line of `gonogo events --json`."""
    return {
        "position": entry.position,
        "at": format_time(entry.at),
        "actor": entry.actor,
        "cause": entry.cause,
        "type": entry.event.type,
        "event": entry.event.model_dump(mode="json"),
        "hash": entry.hash,
    }


def _task(task: Task) -> dict[str, Any]:
    return {
        "task_id": task.task_id,
        "kind": task.kind,
        "title": task.title,
        "subject": task.subject,
        "status": task.status,
        "reason": task.reason,
        "priority": task.priority,
        "depends_on": list(task.depends_on),
        "rule": task.rule,
        "because": task.because,
        "acceptance": [criterion.model_dump(mode="json") for criterion in task.acceptance],
        "cycle": task.cycle,
        "agent": task.agent,
        "fence": task.fence,
        "duration_s": task.duration_s,
        "superseded_by": task.superseded_by,
        "run_id": task.run_id,
        "evidence": [_evidence(item, task.evidence_position) for item in task.evidence],
        "artifacts": [artifact.model_dump(mode="json") for artifact in task.artifacts],
    }


def _evidence(item: Evidence, position: int | None) -> dict[str, Any]:
    return {**item.model_dump(mode="json"), "position": position}


def _short(decision: Decision) -> dict[str, Any]:
    request = decision.request
    return {
        "decision_id": request.decision_id,
        "kind": request.kind,
        "question": request.question,
        "options": [option.model_dump(mode="json", exclude={"evidence"}) for option in request.options],
        "recommended": request.recommended,
        "status": decision.status,
        "chosen": decision.chosen,
        "by": decision.by,
    }


def _full(decision: Decision) -> dict[str, Any]:
    expiry = expires_at(decision)
    return {
        **_short(decision),
        "cycle": decision.request.cycle,
        "because": decision.request.because,
        "brief_sha256": decision.request.brief_sha256,
        "reason": decision.reason,
        "requested": format_time(decision.requested_at),
        "answered": format_time(decision.answered_at) if decision.answered_at else None,
        "expires": format_time(expiry) if expiry else None,
    }
