"""Logs of every release replay for ever: their chains hold, and today's fold still understands them.

A golden log is never written again. A release that changes events adds one.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from agents.planning.planner import propose
from orchestrator.reports.render import render_cycle
from store.board import fold
from store.canonical import digest_of
from store.events import StudyRegistered, TaskPlanned
from store.kinds.diagnostics import DiagnosticSpec, Method
from store.log.chain import EventRow, check_chain
from store.log.codec import encode, recorded
from store.models import Plant
from store.queries.audits import audits
from store.task.identity import task_id

LOGS = sorted((Path(__file__).resolve().parents[2] / "golden" / "logs").glob("*.jsonl"))


def rows_of(path: Path) -> list[EventRow]:
    return [EventRow(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.fixture(params=LOGS, ids=lambda path: path.stem)
def log(request: pytest.FixtureRequest) -> Path:
    path: Path = request.param
    return path


@pytest.fixture
def rows(log: Path) -> list[EventRow]:
    return rows_of(log)


@pytest.fixture
def told(log: Path) -> Told:
    return TOLD[log.stem]


def test_every_golden_log_is_there_and_known() -> None:
    assert {path.stem for path in LOGS} == set(TOLD)


def test_the_chain_of_a_golden_log_holds(rows: list[EventRow]) -> None:
    check = check_chain(rows)
    assert check.ok, check.why


@dataclass(frozen=True)
class Told:
    """What a golden log tells of."""

    statuses: dict[str, int]
    verdicts: list[str]
    answers: list[tuple[str, str]]


TOLD = {
    "two-cycles.0.1.0": Told({"accepted": 10, "superseded": 1}, ["NO_GO", "NO_GO"], [("at-least-2", "Ada Lovelace")]),
    "planted.0.1.0": Told({"accepted": 5, "superseded": 1}, ["GO", "GO"], [("at-least-2", "Ada Lovelace")]),
}


def test_a_golden_log_folds_to_the_study_that_it_tells_of(rows: list[EventRow], told: Told) -> None:
    board = fold(recorded(row) for row in rows)
    assert (board.position, board.head) == (len(rows), rows[-1].hash)
    assert Counter(task.status for task in board.tasks) == told.statuses
    verdicts = [cycle.assessment.verdict for cycle in board.cycles.values() if cycle.assessment]
    assert verdicts == told.verdicts
    assert [(d.chosen, d.by) for d in board.decisions] == told.answers


def test_what_was_registered_and_planned_still_has_its_digests(rows: list[EventRow]) -> None:
    for row in rows:
        event = recorded(row).event
        if isinstance(event, StudyRegistered):
            assert digest_of(event.study) == event.digest
        if isinstance(event, TaskPlanned):
            assert task_id(event.cycle, event.spec) == event.task_id
        assert json.loads(encode(event)[2]) == json.loads(row.body), "and nothing is added to what is written"


def test_what_was_planted_is_read_again() -> None:
    (path,) = (path for path in LOGS if path.stem == "planted.0.1.0")
    board = fold(recorded(row) for row in rows_of(path))
    assert board.study is not None
    assert board.study.diagnostics == Method(nulls=3, influence="sites", device="cpu", dtype="bfloat16")
    specs = [task.spec for task in board.tasks if isinstance(task.spec, DiagnosticSpec)]
    assert [spec.model.locator for spec in specs] == [
        "openclip:shapes-clip@zoo",
        "openclip:shapes-clip@zoo#tower=vision,layers=0-2,scale=12.5",
        "clip:base-patch32@openai/clip-vit-base-patch32",
        "blip:shapes-blip@zoo#tower=vision,layers=0,2,heads=0,scale=8",
    ]
    assert {spec.method for spec in specs} == {board.study.diagnostics}
    assert specs[1].model.plant == Plant(tower="vision", layers=(0, 1, 2), scale=12.5)
    report = render_cycle([recorded(row) for row in rows_of(path)], 1)["cycle-report.md"].decode()
    assert "openclip:shapes-clip@zoo#tower=vision,layers=0-2,scale=12.5" in report.replace("\\", "")
    assert "as a positive control. It counts in the verdict like any other, but says nothing about a model" in report


def test_its_cycles_were_not_audited_and_its_reports_are_rendered_without_that(rows: list[EventRow]) -> None:
    entries = [recorded(row) for row in rows]
    board = fold(entries)
    assert not any(audits(board, cycle) for cycle in board.cycles)
    assert propose(board) == (), "a cycle that is closed stays closed"
    files = render_cycle(entries, 2)
    assert "audit" not in json.loads(files["cycle-report.json"])["sections"]
    assert b"Audit of the previous" not in files["cycle-report.md"] + files["cycle-report.html"] + files["handover.md"]


def test_a_cycle_that_a_golden_log_left_open_after_its_report_is_audited(rows: list[EventRow]) -> None:
    written = [row.position for row in rows if row.type == "ReportWritten"][-1]
    board = fold(recorded(row) for row in rows if row.position <= written)
    assert board.open_cycle is not None
    assert board.open_cycle.report is not None
    planned = {proposal.spec.digest for proposal in propose(board) if proposal.spec.kind == "audit"}
    read = {file.digest for file in board.open_cycle.report.files if file.name.endswith((".md", ".html"))}
    assert planned == read
    assert len(propose(board)) == len(read) >= 4, "and nothing else is planned"


def test_the_reports_of_a_golden_log_can_still_be_rendered(rows: list[EventRow]) -> None:
    assert b"Ada Lovelace" in render_cycle([recorded(row) for row in rows], 2)["cycle-report.md"]
