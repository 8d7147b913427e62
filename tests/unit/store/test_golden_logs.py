"""Logs of every release replay for ever: their chains hold, and today's fold still understands them.

A golden log is never written again. A release that changes events adds one.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from orchestrator.reports.render import render_cycle
from store.board import fold
from store.chain import Row, check_chain
from store.codec import recorded

LOGS = sorted((Path(__file__).resolve().parents[2] / "golden" / "logs").glob("*.jsonl"))


@pytest.fixture(params=LOGS, ids=lambda path: path.stem)
def rows(request: pytest.FixtureRequest) -> list[Row]:
    return [Row(**json.loads(line)) for line in request.param.read_text(encoding="utf-8").splitlines()]


def test_there_are_golden_logs() -> None:
    assert LOGS


def test_the_chain_of_a_golden_log_holds(rows: list[Row]) -> None:
    check = check_chain(rows)
    assert check.ok, check.why


def test_a_golden_log_folds_to_the_study_that_it_tells_of(rows: list[Row]) -> None:
    board = fold(recorded(row) for row in rows)
    assert (board.position, board.head) == (len(rows), rows[-1].hash)
    statuses = Counter(task.status for task in board.tasks)
    assert statuses == {"accepted": 10, "superseded": 1}
    verdicts = [cycle.assessment.verdict for cycle in board.cycles.values() if cycle.assessment]
    assert verdicts == ["NO_GO", "NO_GO"]
    assert [(d.chosen, d.by) for d in board.decisions] == [("at-least-2", "Ada Lovelace")]


def test_the_reports_of_a_golden_log_can_still_be_rendered(rows: list[Row]) -> None:
    assert b"Ada Lovelace" in render_cycle([recorded(row) for row in rows], 2)["cycle-report.md"]
