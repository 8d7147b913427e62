"""A cycle's own reports are audited before it closes; what is found is said, kept, and told by the next cycle."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
from pathlib import Path

import pytest

from orchestrator.cli.main import run

from .conftest import new_study, unsigned

READ = ["cycle-report.md", "cycle-report.html", "assessment.md", "assessment.html", "handover.md"]

CONTRADICTORY = """
[study]
name = "small"
question = "Does attention collapse, as it did in 5/6 (82 %) of our pilots?"
claim = "It does"
seed = 7

[[models]]
id = "clip-tiny"
family = "clip"
name = "tiny"
weights = "random"

[data]
source = "shapes"
n = 32
captions_per_image = 2

[decision]
metric = "mcs_norm"
null = 0.5
threshold = 0.7
at_least = 1
looks = 2
"""
"""Its question cannot be true, and every report quotes it."""


def events(gonogo, folder: Path) -> list[dict]:
    return [json.loads(line) for line in gonogo("events", "--json", "-w", folder).out.splitlines()]


def kept(folder: Path, digest: str) -> Path:
    return folder / "artifacts/sha256" / digest[:2] / digest


def test_what_people_read_is_audited_between_the_report_and_the_close_by_the_ordinary_way(
    one_cycle: Path, gonogo
) -> None:
    log = events(gonogo, one_cycle)
    types = [entry["type"] for entry in log]
    written, closed = types.index("ReportWritten"), types.index("CycleClosed")
    audits = [task for task in gonogo("board", "--json", "-w", one_cycle).json["tasks"] if task["kind"] == "audit"]
    ids = {task["task_id"] for task in audits}
    about = {at for at, entry in enumerate(log) if entry["event"].get("task_id") in ids}
    assert about == set(range(written + 1, closed)), "nothing else happens meanwhile"
    assert types[written + 1 : closed].count("TaskClaimed") == len(READ)
    assert [task["title"] for task in audits] == [f"Audit {name}" for name in READ]
    for task in audits:
        assert (task["agent"], task["status"], task["rule"]) == ("auditor", "accepted", "audit_reports")
        assert [artifact["name"] for artifact in task["artifacts"]] == ["audit.json"]
        assert {item["digest"] for item in task["evidence"]} == {task["artifacts"][0]["digest"]}
        assert len(task["run_id"]) == 32


def test_each_audit_read_the_very_file_and_its_findings_are_kept(one_cycle: Path, gonogo) -> None:
    for task in gonogo("board", "--json", "-w", one_cycle).json["tasks"]:
        if task["kind"] == "audit":
            name = task["title"].removeprefix("Audit ")
            path = one_cycle / "reports/cycle-001" / name
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            assert kept(one_cycle, digest).read_bytes() == path.read_bytes()
            found = json.loads(kept(one_cycle, task["artifacts"][0]["digest"]).read_text())
            again = gonogo("audit", path, "--json").json
            assert (found["counts"], found["findings"]) == (again["counts"], again["findings"])
            counted = {
                item["metric"].removeprefix("count/").replace("_", " "): item["value"] for item in task["evidence"]
            }
            assert counted == found["counts"]
            assert found["counts"]["inconsistent"] == 0 < found["counts"]["consistent"]


def test_the_report_does_not_know_of_its_own_audit(one_cycle: Path, gonogo) -> None:
    report = json.loads((one_cycle / "reports/cycle-001/cycle-report.json").read_text())
    written = next(entry for entry in events(gonogo, one_cycle) if entry["type"] == "ReportWritten")
    assert report["as_of"] == written["event"]["as_of"] < written["position"]
    assert "audit" not in report["sections"]
    assert {task["kind"] for task in report["sections"]["tasks"]} == {"environment", "diagnostic", "statistics"}


def test_run_and_board_count_what_was_found(one_cycle: Path, gonogo) -> None:
    said = gonogo("run", "-w", one_cycle).err
    (line,) = (line for line in said.splitlines() if line.startswith("Audit of 5 reports: 0 inconsistent, "))
    path = one_cycle / "reports/cycle-001/cycle-report.md"
    assert line.endswith(f"consistent; in full: gonogo audit {path} --json")
    assert "warning" not in said
    shown = gonogo("board", "-w", one_cycle).out
    assert line.partition(";")[0].lower() in shown
    assert gonogo("report", "-w", one_cycle).err == ""


def test_the_next_report_and_hand_over_tell_of_it_and_all_checks_out(two_cycles: Path, gonogo) -> None:
    for name in ("cycle-report", "handover"):
        told = json.loads((two_cycles / f"reports/cycle-002/{name}.json").read_text())["sections"]["audit"]
        assert told["note"]["text"] == "The audit of 5 reports of cycle 1 found nothing inconsistent."
        assert [row["report"] for row in told["rows"]] == READ
    assert gonogo("verify", "-w", two_cycles).code == 0
    assert gonogo("replay", "-w", two_cycles).code == 0


@pytest.fixture(scope="module")
def contradictory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = new_study(tmp_path_factory.mktemp("contradictory") / "study", CONTRADICTORY)
    assert run(["run", "-w", str(folder)]) == 0, "it is no failure of the run"
    return folder


@pytest.mark.slow
def test_a_contradiction_in_a_report_of_ours_is_said_loudly_and_changes_neither_verdict_nor_exit_code(
    contradictory: Path, tmp_path: Path, gonogo
) -> None:
    folder = shutil.copytree(contradictory, tmp_path / "study")
    report = folder / "reports/cycle-001/cycle-report.md"
    shown = gonogo("board", "-w", folder).out
    assert "audit of 5 reports: 4 inconsistent" in shown, "the hand-over does not quote the question"
    said = gonogo("report", "-w", folder)
    assert (said.code, said.out.strip()) == (0, str(report))
    assert said.err == f"warning: it contradicts itself, as its audit found; see gonogo audit {report}\n"
    again = gonogo("run", "-w", folder)
    assert again.code == 0
    assert (
        "warning: reports contradict themselves; that is a fault of these reports, and the verdict stands:" in again.err
    )
    where = f"  {folder / 'reports/cycle-002/cycle-report.md'}, percentages, line "
    (line,) = (line for line in again.err.splitlines() if line.startswith(where))
    assert line.endswith(": 5/6 = 83.33 %, printed as 82 %")
    assert gonogo("board", "--json", "-w", folder).json["verdict"] == "NO_GO"
    told = json.loads((folder / "reports/cycle-002/handover.json").read_text())["sections"]["audit"]
    assert "Of 5 reports of cycle 1 that were audited, 4 contradict themselves." in told["note"]["text"]
    assert [len(row["contradictions"]) for row in told["rows"]] == [1, 1, 1, 1, 0]
    assert told["rows"][0]["contradictions"][0]["text"].startswith("Inconsistent 1, percentages, line ")
    assert gonogo("verify", "-w", folder).code == 0


def edit(database: Path, statement: str) -> None:
    with sqlite3.connect(database) as connection:
        connection.execute(statement)
    connection.close()


def as_an_older_gonogo_left_it(workspace: Path, gonogo, close: bool) -> None:
    """The log up to a report of version 0.1.0, or to a close right after it; no report is kept as an artifact."""
    from orchestrator.bootstrap import now
    from store.board import fold
    from store.commands import CloseCycle
    from store.events import ReportWritten
    from store.log.ledger import Ledger
    from store.log.sql.sqlite import SqliteLog

    log = events(gonogo, workspace)
    written = next(entry for entry in log if entry["type"] == "ReportWritten")
    unsigned(workspace)
    edit(workspace / "gonogo.db", f"DELETE FROM events WHERE position >= {written['position']}")
    for entry in log:
        if entry["type"] == "EvidenceRecorded" and entry["position"] > written["position"]:
            run_id = entry["event"]["run_id"]
            for table in ("latest_metrics", "metrics", "params", "tags", "runs"):
                edit(workspace / "mlflow.db", f"DELETE FROM {table} WHERE run_uuid = '{run_id}'")
    for file in written["event"]["files"]:
        kept(workspace, file["digest"]).unlink(missing_ok=True)
    report = ReportWritten.model_validate_json(json.dumps(written["event"] | {"renderer": "0.1.0"}))
    opened = SqliteLog.existing(workspace / "gonogo.db", now)
    opened.append([report], expected=written["position"] - 1, actor=written["actor"], cause=written["cause"])
    if close:
        Ledger(opened).submit(CloseCycle(1), actor="system")
        assert fold(opened.read()).open_cycle is None
    opened.close()


@pytest.mark.slow
def test_a_log_whose_cycle_closed_without_an_audit_is_whole_and_goes_on(
    workspace: Path, tmp_path: Path, gonogo
) -> None:
    as_an_older_gonogo_left_it(workspace, gonogo, close=True)
    before = {path: path.read_bytes() for path in (workspace / "reports").rglob("*") if path.is_file()}
    for command in ("verify", "replay"):
        assert gonogo(command, "-w", workspace).code == 0
    assert "its reports were not audited" in gonogo("board", "-w", workspace).out
    assert gonogo("export", "-w", workspace, "-o", tmp_path / "old").code == 0
    waits = gonogo("run", "-w", workspace)
    assert (waits.code, "Its reports were not audited" in waits.err) == (3, True)
    answer = ("--choose", "at-least-2", "--as", "Ada", "--reason", "x")
    assert gonogo("decide", "c1-claim-strength", *answer, "-w", workspace).code == 0
    said = gonogo("run", "-w", workspace)
    assert (said.code, "Audit of 5 reports" in said.err) == (0, True)
    assert {path: path.read_bytes() for path in before} == before
    assert "audit" not in json.loads((workspace / "reports/cycle-002/cycle-report.json").read_text())["sections"]
    for command in ("verify", "replay"):
        assert gonogo(command, "-w", workspace).code == 0
    assert gonogo("export", "-w", workspace, "-o", tmp_path / "new").code == 0


@pytest.mark.slow
def test_a_cycle_that_an_older_gonogo_left_open_after_its_report_is_audited_and_closed(workspace: Path, gonogo) -> None:
    as_an_older_gonogo_left_it(workspace, gonogo, close=False)
    before = {path: path.read_bytes() for path in (workspace / "reports").rglob("*") if path.is_file()}
    said = gonogo("run", "-w", workspace)
    assert (said.code, "Audit of 5 reports: 0 inconsistent" in said.err) == (3, True)
    assert {path: path.read_bytes() for path in before} == before
    assert events(gonogo, workspace)[-1]["type"] == "CycleClosed"
    assert gonogo("verify", "-w", workspace).code == 0


@pytest.mark.slow
def test_a_report_that_was_changed_before_it_was_kept_is_named_with_the_remedy_and_the_remedy_helps(
    workspace: Path, gonogo
) -> None:
    as_an_older_gonogo_left_it(workspace, gonogo, close=False)
    path = workspace / "reports/cycle-001/assessment.html"
    path.write_text("better news")
    said = gonogo("run", "-w", workspace)
    assert said.code == 5
    last = said.err.strip().splitlines()[-1]
    assert last.startswith(f"gonogo: {path} is not as it was written, so it cannot be audited; move it away")
    path.unlink()
    assert gonogo("report", "-w", workspace, "--assessment", "--format", "html").code == 0
    assert gonogo("run", "-w", workspace).code == 3


def test_a_crate_holds_the_audits_and_the_reports_that_they_read(one_cycle: Path, tmp_path: Path, gonogo) -> None:
    assert gonogo("export", "-w", one_cycle, "-o", tmp_path / "crate").code == 0
    graph = {e["@id"]: e for e in json.loads((tmp_path / "crate/ro-crate-metadata.json").read_bytes())["@graph"]}
    audits = [entity for id, entity in graph.items() if id.startswith("#task-c1-audit")]
    read = [[ref["@id"] for ref in entity["object"]] for entity in audits]
    assert read == [["study.json", f"reports/cycle-001/{name}"] for name in READ]
    report = graph["#report-1"]
    for entity in audits:
        assert entity["agent"] == {"@id": "#agent-auditor"}
        assert any(ref["@id"].endswith("/audit.json") for ref in entity["result"])
        assert report["endTime"] <= entity["startTime"], "the report was there before its audit"
    assert "#agent-auditor" in graph
    assert len(list((tmp_path / "crate/artifacts").glob("*/audit.json"))) == len(READ)
