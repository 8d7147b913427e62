"""One research cycle and the next, through the command line, with nothing replaced by a stand-in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from store.figures import round_figure

AUDITS = [("audit", "audit", "accepted")] * 5
"""Of all that people read: report and assessment in two formats, and the hand-over."""


def report(workspace: Path, cycle: int) -> dict:
    return json.loads((workspace / f"reports/cycle-{cycle:03d}/cycle-report.json").read_text())


def test_the_first_cycle_ends_with_a_report_and_a_question(one_cycle: Path, gonogo) -> None:
    for suffix in ("md", "html", "json"):
        for name in ("cycle-report", "assessment"):
            assert (one_cycle / f"reports/cycle-001/{name}.{suffix}").stat().st_size > 1000
    again = gonogo("run", "-w", one_cycle)
    assert again.code == 3
    assert "gonogo decide c1-claim-strength" in again.err
    assert again.out.strip().endswith("cycle-001/cycle-report.html")


def test_the_board_has_the_shape_that_scripts_rely_on(one_cycle: Path, gonogo) -> None:
    board = gonogo("board", "--json", "-w", one_cycle).json
    assert board["schema"] == "gonogo.board/1"
    assert board["cycle"] == 1
    statuses = [(task["kind"], task["subject"], task["status"]) for task in board["tasks"]]
    assert statuses == [
        ("environment", "environment", "accepted"),
        ("diagnostic", "clip-tiny", "accepted"),
        ("diagnostic", "siglip-tiny", "accepted"),
        ("diagnostic", "far-away", "superseded"),
        ("diagnostic", "far-away", "accepted"),
        ("statistics", "statistics", "accepted"),
        *AUDITS,
    ]
    for task in board["tasks"]:
        assert {"task_id", "title", "priority", "depends_on", "because", "cycle", "duration_s", "evidence"} <= set(task)
        assert task["because"]
        assert task["duration_s"] > 0
    (decision,) = board["decisions"]
    assert {"decision_id", "question", "options", "status", "chosen", "by"} <= set(decision)
    assert (decision["status"], decision["chosen"], decision["by"]) == ("open", None, None)


def test_events_are_one_object_a_line_and_name_their_task(one_cycle: Path, gonogo) -> None:
    lines = gonogo("events", "--json", "-w", one_cycle).out.splitlines()
    events = [json.loads(line) for line in lines]
    assert [event["position"] for event in events] == list(range(1, len(events) + 1))
    for event in events:
        assert {"position", "at", "actor", "cause", "type", "event", "hash"} == set(event)
        if event["type"].startswith("Task"):
            assert event["event"]["task_id"]
    assert events[0]["type"] == "StudyRegistered", "the protocol stands before any data"
    assert events[-1]["type"] == "CycleClosed"


def test_every_run_id_in_the_report_resolves_and_every_metric_equals_the_logged_one(two_cycles: Path) -> None:
    from mlflow import MlflowClient

    client = MlflowClient(tracking_uri=f"sqlite:///{two_cycles / 'mlflow.db'}")
    runs: dict[str, dict[str, float]] = {}
    checked = 0
    for cycle in (1, 2):
        for figure in report(two_cycles, cycle)["figures"]:
            if figure["run_id"] is None:
                continue
            if figure["run_id"] not in runs:
                run = client.get_run(figure["run_id"])
                assert run.info.status == "FINISHED"
                runs[figure["run_id"]] = run.data.metrics
            logged = runs[figure["run_id"]][figure["metric"]]
            assert logged == figure["value"]
            assert round_figure(logged, figure["rounding"]) == figure["text"]
            checked += 1
    assert checked > 100
    assert len(runs) == 5 + 5 + 5, "five tasks with numbers a cycle, and the audits of the first"


def test_each_task_with_numbers_is_one_finished_run(two_cycles: Path) -> None:
    from mlflow import MlflowClient

    client = MlflowClient(tracking_uri=f"sqlite:///{two_cycles / 'mlflow.db'}")
    experiment = client.get_experiment_by_name("tiny")
    assert experiment is not None
    runs = client.search_runs([experiment.experiment_id])
    tasks = [run.data.tags["gonogo.task"] for run in runs]
    assert len(tasks) == len(set(tasks)) == 10 + 2 * len(AUDITS)
    assert all(run.info.status == "FINISHED" for run in runs)
    diagnostic = next(run for run in runs if run.data.tags["gonogo.kind"] == "diagnostic")
    names = {item.path for item in client.list_artifacts(diagnostic.info.run_id)}
    assert {"samples.npz", "diagnosis.json"} <= names
    assert diagnostic.data.params["data_digest"]


def test_the_second_cycle_follows_from_the_first_and_shows_the_decision(two_cycles: Path, gonogo) -> None:
    board = gonogo("board", "--json", "-w", two_cycles).json
    second = [task for task in board["tasks"] if task["cycle"] == 2]
    assert [(task["kind"], task["subject"], task["status"]) for task in second] == [
        ("environment", "environment", "accepted"),
        ("diagnostic", "clip-tiny", "accepted"),
        ("diagnostic", "siglip-tiny", "accepted"),
        ("diagnostic", "far-away", "accepted"),
        ("statistics", "statistics", "accepted"),
        *AUDITS,
    ]
    assert "stands in for far-away" in second[3]["because"], "what was blocked in cycle 1 is not tried again"
    assert "look 2 adds fresh images" in second[1]["because"]
    mean = next(item for item in second[4]["evidence"] if item["metric"] == "model/clip-tiny/mean")
    assert mean["n"] == 64, "both looks are joined"
    for suffix in ("md", "html"):
        text = (two_cycles / f"reports/cycle-002/cycle-report.{suffix}").read_text()
        assert "Ada Lovelace" in text
        assert "two of three carry the claim" in text
    assert "Ada Lovelace" not in (two_cycles / "reports/cycle-001/cycle-report.md").read_text()


def test_a_study_that_is_done_opens_no_further_cycle(two_cycles: Path, gonogo) -> None:
    before = gonogo("board", "--json", "-w", two_cycles).json["position"]
    said = gonogo("run", "-w", two_cycles)
    assert said.code == 0
    assert "needs nothing more" in said.err
    assert gonogo("board", "--json", "-w", two_cycles).json["position"] == before


def test_a_report_says_untrained_and_shows_raw_scores_beside_their_null(one_cycle: Path) -> None:
    text = (one_cycle / "reports/cycle-001/cycle-report.md").read_text()
    assert "untrained" in text
    assert "mcs_raw_uniform" in text
    assert "says nothing about trained models" in text


def test_report_prints_a_path_and_renders_a_deleted_report_again(workspace: Path, gonogo) -> None:
    path = workspace / "reports/cycle-001/cycle-report.md"
    before = path.read_bytes()
    path.unlink()
    said = gonogo("report", "-w", workspace)
    assert said.out.strip() == str(path)
    assert path.read_bytes() == before
    assert gonogo("report", "-w", workspace, "--assessment", "--format", "html").out.strip().endswith("assessment.html")
    missing = gonogo("report", "-w", workspace, "--cycle", 9)
    assert (missing.code, missing.err.count("\n")) == (2, 1)


def test_decisions_are_listed_with_their_brief(one_cycle: Path, gonogo) -> None:
    listed = gonogo("decisions", "--json", "-w", one_cycle).json
    (decision,) = listed["decisions"]
    keys = {"decision_id", "kind", "question", "options", "brief_sha256", "status", "chosen", "by", "reason", "expires"}
    assert keys <= set(decision)
    assert [option["key"] for option in decision["options"]] == ["at-least-2", "at-least-3", "stop"]
    shown = gonogo("decisions", "-w", one_cycle).out
    assert "claim/2_of_3/power" in shown, "the trade-off is computed"


def test_an_answer_that_is_not_allowed_changes_nothing(workspace: Path, gonogo) -> None:
    def decide(identity: str, choice: str, *more: str, reason: str = "because"):
        return gonogo("decide", identity, "--choose", choice, "--as", "Ada", "--reason", reason, *more, "-w", workspace)

    before = gonogo("board", "--json", "-w", workspace).json["position"]
    assert decide("c9-nothing", "stop").code == 2
    assert decide("c1-claim-strength", "maybe").code == 2
    assert decide("c1-claim-strength", "stop", reason=" ").code == 2
    assert decide("c1-claim-strength", "stop", "--brief", "0" * 64).code == 4
    assert gonogo("board", "--json", "-w", workspace).json["position"] == before
    assert decide("c1-claim-strength", "stop").code == 0
    twice = decide("c1-claim-strength", "at-least-2")
    assert twice.code == 4
    assert "made already: stop, by Ada" in twice.err
    assert gonogo("run", "-w", workspace).code == 0


@pytest.mark.slow
def test_a_changed_protocol_needs_an_amendment_and_the_report_shows_it(workspace: Path, gonogo) -> None:
    study = workspace / "study.toml"
    study.write_text(study.read_text().replace("threshold = 0.7", "threshold = 0.6"))
    refused = gonogo("run", "-w", workspace)
    assert refused.code == 4
    assert "decision.threshold" in refused.err
    assert "--amend" in refused.err
    gonogo("decide", "c1-claim-strength", "--choose", "at-least-2", "--as", "Ada", "--reason", "x", "-w", workspace)
    amended = gonogo("run", "--amend", "the pilot was noisy", "-w", workspace)
    assert amended.code == 0
    assert "amended after data had been compared: its error rate no longer holds" in amended.err
    text = (workspace / "reports/cycle-002/cycle-report.md").read_text()
    assert "the pilot was noisy" in text
    assert "`decision.threshold` from 0.7 to 0.6" in text
    assert "amended after data had been compared (`decision.threshold`)" in text.split("## Summary")[0]
