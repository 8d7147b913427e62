"""What verify, replay and the past say, when the record is whole and when somebody has been at it."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from orchestrator.artifacts import replacing

from .conftest import unsigned


def edit(database: Path, statement: str) -> None:
    with sqlite3.connect(database) as connection:
        assert connection.execute(statement).rowcount != 0
    connection.close()


def test_an_untouched_workspace_checks_out(two_cycles: Path, gonogo) -> None:
    said = gonogo("verify", "--json", "-w", two_cycles)
    assert said.code == 0
    result = said.json
    assert (result["schema"], result["ok"], result["first_bad"]) == ("gonogo.verify/1", True, None)
    assert result["figures"]["checked"] > 500
    assert result["figures"]["bad"] == []


@pytest.mark.parametrize(
    ("position", "assignment"),
    [
        (1, "body = replace(body, '0.7', '0.6')"),
        (8, "actor = 'human:Eve'"),
        (13, "at = '2020-01-01T00:00:00.000000Z'"),
        (20, "hash = '0'"),
    ],
)
def test_one_event_edited_by_hand_is_named_by_its_position(
    workspace: Path, gonogo, position: int, assignment: str
) -> None:
    edit(workspace / "gonogo.db", f"UPDATE events SET {assignment} WHERE position = {position}")
    said = gonogo("verify", "--json", "-w", workspace)
    assert said.code == 5
    assert said.json["first_bad"] == position
    plain = gonogo("verify", "-w", workspace)
    assert plain.code == 5
    assert f"position {position}:" in plain.err


def test_a_damaged_log_is_read_only_from_then_on(workspace: Path, gonogo) -> None:
    edit(workspace / "gonogo.db", "UPDATE events SET actor = 'human:Eve' WHERE position = 3")
    before = (workspace / "gonogo.db").read_bytes()
    assert gonogo("run", "-w", workspace).code == 5
    answer = ("--choose", "stop", "--as", "Ada", "--reason", "x")
    assert gonogo("decide", "c1-claim-strength", *answer, "-w", workspace).code == 5
    assert (workspace / "gonogo.db").read_bytes() == before


def rendered_from(workspace: Path) -> int:
    """The event that the report was rendered as of."""
    return int(json.loads((workspace / "reports/cycle-001/cycle-report.json").read_bytes())["as_of"])


def test_a_tail_that_was_cut_off_is_missed_by_the_head_in_the_report(workspace: Path, gonogo) -> None:
    last = rendered_from(workspace)
    edit(workspace / "gonogo.db", f"DELETE FROM events WHERE position > {last - 4}")
    said = gonogo("verify", "--json", "-w", workspace)
    assert said.code == 5
    assert said.json["first_bad"] == last - 3


def test_after_a_cut_nothing_is_written_that_could_hide_it(workspace: Path, gonogo) -> None:
    edit(workspace / "gonogo.db", f"DELETE FROM events WHERE position > {rendered_from(workspace) - 4}")
    answer = ("--choose", "stop", "--as", "Ada", "--reason", "x")
    assert gonogo("decide", "c1-claim-strength", *answer, "-w", workspace).code == 5
    assert gonogo("run", "-w", workspace).code == 5
    assert gonogo("verify", "-w", workspace).code == 5


def test_reports_that_no_event_records_are_noticed(workspace: Path, gonogo) -> None:
    unsigned(workspace)  # what tells first of a log that was cut
    edit(workspace / "gonogo.db", f"DELETE FROM events WHERE position > {rendered_from(workspace)}")
    said = gonogo("verify", "--json", "-w", workspace)
    assert said.code == 5
    assert any("no event records it" in bad["why"] for bad in said.json["figures"]["bad"])


def test_a_file_that_is_not_ours_is_noted_and_is_no_fault_of_the_record(workspace: Path, gonogo) -> None:
    folder = workspace / "reports" / "cycle-001"
    for path in (workspace / "reports" / ".DS_Store", folder / "tmpa1b2c3", folder / "notes.txt"):
        path.write_text("mine")
    (folder / "link").symlink_to(folder / "assessment.md")
    said = gonogo("verify", "--json", "-w", workspace)
    assert (said.code, said.json["ok"], said.json["figures"]["bad"]) == (0, True, [])
    names = [
        f"reports/{name}" for name in (".DS_Store", "cycle-001/link", "cycle-001/notes.txt", "cycle-001/tmpa1b2c3")
    ]
    assert [note["where"] for note in said.json["notes"]] == names
    assert gonogo("verify", "-w", workspace).err.count("note: reports/") == 4


def test_a_report_that_became_a_link_is_a_fault(workspace: Path, gonogo) -> None:
    report = workspace / "reports" / "cycle-001" / "assessment.md"
    report.rename(workspace / "elsewhere.md")
    report.symlink_to(workspace / "elsewhere.md")
    said = gonogo("verify", "-w", workspace)
    assert said.code == 5
    assert "assessment.md: the file is a link" in said.err


def test_what_killed_writers_left_is_removed_by_the_next_run_and_files_under_way_stay(workspace: Path, gonogo) -> None:
    left = [workspace / where / ".partial-0123" for where in ("reports/cycle-001", "artifacts/sha256/ab", "heads")]
    for path in left:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"half")
    (workspace / ".scratch" / "c1-gone-1").mkdir(parents=True)
    assert gonogo("verify", "-w", workspace).code == 0
    with replacing(workspace / "reports" / "under-way") as file:
        file.write(b"whole")
        assert gonogo("run", "-w", workspace).code == 3
        assert not [path for path in left if path.exists()]
    assert (workspace / "reports" / "under-way").read_bytes() == b"whole"
    assert list((workspace / ".scratch").iterdir()) == []


@pytest.mark.slow
def test_without_a_study_file_mlflow_is_checked_all_the_same(workspace: Path, gonogo) -> None:
    before = gonogo("verify", "--json", "-w", workspace).json
    (workspace / "study.toml").unlink()
    after = gonogo("verify", "--json", "-w", workspace).json
    assert after == before
    assert after["mlflow"] == "checked"
    (workspace / "mlflow.db").unlink()
    said = gonogo("verify", "--json", "-w", workspace)
    assert (said.code, said.json["mlflow"]) == (5, "not checked")
    assert not (workspace / "mlflow.db").exists(), "verifying writes nothing"


def test_a_log_that_was_swapped_for_another_is_noticed(workspace: Path, gonogo) -> None:
    with sqlite3.connect(workspace / "gonogo.db") as connection:
        rows = connection.execute("SELECT * FROM events ORDER BY position").fetchall()
    from store.log.chain import EventRow, link
    from store.record import GENESIS

    head, forged = GENESIS, []
    for row in rows:
        bare = EventRow(*row[:3], row[3].replace("planner", "nobody"), *row[4:8])
        head = link(head, bare)
        forged.append((head, bare.actor, bare.position))
    with sqlite3.connect(workspace / "gonogo.db") as connection:
        connection.executemany("UPDATE events SET hash = ?, actor = ? WHERE position = ?", forged)
    said = gonogo("verify", "--json", "-w", workspace)
    assert said.code == 5, "the chain is whole, but it is not the one that the report names"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("damage", "why"),
    [
        (lambda w: (w / "reports/cycle-001/cycle-report.html").write_text("better news"), "changed after"),
        (lambda w: (w / "reports/cycle-001/assessment.md").unlink(), "gone"),
        (
            lambda w: edit(w / "mlflow.db", "UPDATE latest_metrics SET value = value + 0.001 WHERE key = 'mcs_norm'"),
            "MLflow run",
        ),
        (lambda w: edit(w / "mlflow.db", "UPDATE runs SET status = 'FAILED'"), "no finished run"),
        (lambda w: spoil(next((w / "artifacts/sha256").glob("*/*"))), "altered"),
        (lambda w: shutil.rmtree(w / "artifacts/sha256"), "missing"),
        (lambda w: [spoil(p) for p in (w / "artifacts/mlflow").glob("*/artifacts/samples.npz")], "MLflow's copy"),
    ],
    ids=[
        "report edited",
        "report gone",
        "metric edited",
        "run failed",
        "artifact edited",
        "artifacts gone",
        "MLflow copy edited",
    ],
)
def test_a_figure_that_no_longer_resolves_is_named(workspace: Path, gonogo, damage, why: str) -> None:
    damage(workspace)
    said = gonogo("verify", "--json", "-w", workspace)
    assert said.code == 5
    assert any(why in item["why"] for item in said.json["figures"]["bad"]), said.json["figures"]["bad"][:3]


def spoil(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.chmod(0o644)
    path.write_bytes(bytes(data))


def test_the_board_of_a_past_position_is_the_one_that_was_current_then(workspace: Path, gonogo) -> None:
    then = gonogo("board", "--json", "-w", workspace).json
    answer = ("--choose", "at-least-2", "--as", "Ada", "--reason", "x")
    assert gonogo("decide", "c1-claim-strength", *answer, "-w", workspace).code == 0
    assert gonogo("board", "--json", "-w", workspace).json != then
    assert gonogo("board", "--json", "--at", then["position"], "-w", workspace).json == then
    beyond = gonogo("board", "--at", then["position"] + 2, "-w", workspace)
    assert (beyond.code, beyond.err.count("\n")) == (2, 1)
    assert gonogo("board", "--json", "--at", 0, "-w", workspace).json["tasks"] == []


def test_replay_gives_the_same_bytes_in_another_process_locale_and_time_zone(two_cycles: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "orchestrator.cli", "replay", "-w", str(two_cycles), "--output", str(tmp_path)]
    other = {**os.environ, "PYTHONHASHSEED": "12345", "TZ": "Pacific/Auckland", "LC_ALL": "C"}
    done = subprocess.run(command, env=other, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    files = sorted(path for path in (two_cycles / "reports").rglob("*") if path.is_file())
    assert len(files) == 24
    for path in files:
        assert (tmp_path / path.relative_to(two_cycles)).read_bytes() == path.read_bytes()


@pytest.mark.slow
def test_replay_shows_board_plan_and_assessment_of_then_and_the_report_that_was_not_written_yet(
    two_cycles: Path, gonogo, tmp_path: Path
) -> None:
    events = gonogo("events", "--json", "-w", two_cycles).out.splitlines()
    positions = {json.loads(line)["type"]: json.loads(line)["position"] for line in reversed(events)}
    planned, assessed = positions["TaskPlanned"], positions["AssessmentMade"]
    early = gonogo("replay", "--json", "--at", planned, "-w", two_cycles).json
    assert [(task["status"], task["rule"]) for task in early["board"]["tasks"]] == [("planned", "environment_first")]
    assert early["assessment"] is None
    assert {file["recorded"] for file in early["files"]} == {None}
    said = gonogo("replay", "--at", assessed, "--output", tmp_path, "-w", two_cycles)
    assert said.code == 0
    for words in (
        "planned because",
        "(environment_first)",
        "Assessed as NO_GO: too many models",
        "not written by then",
    ):
        assert words in " ".join(said.out.split())
    report = (tmp_path / "reports/cycle-001/cycle-report.md").read_text()
    assert f"event {assessed} of the log" in report
    late = gonogo("replay", "--json", "--at", assessed, "-w", two_cycles).json
    assert late["assessment"]["verdict"] == "NO_GO"
    assert gonogo("replay", "--json", "-w", two_cycles).json.keys() == {"schema", "ok", "files"}


def test_replay_of_a_past_position_knows_only_the_reports_of_then(two_cycles: Path, gonogo) -> None:
    events = [json.loads(line) for line in gonogo("events", "--json", "-w", two_cycles).out.splitlines()]
    first = next(event["position"] for event in events if event["type"] == "ReportWritten")
    names = [item["name"] for item in gonogo("replay", "--json", "--at", first, "-w", two_cycles).json["files"]]
    assert names
    assert all("cycle-001" in name for name in names)
    assert gonogo("replay", "--at", 1, "-w", two_cycles).code == 2


@pytest.mark.slow
def test_a_run_and_a_decision_leave_signed_heads_and_verify_says_whose_they_are(
    workspace: Path, gonogo, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    said = gonogo("verify", "-w", workspace)
    assert (said.code, "your key" in said.out) == (0, True)
    gonogo("decide", "c1-claim-strength", "--choose", "stop", "--as", "Ada", "--reason", "x", "-w", workspace)
    heads = sorted(path.name for path in (workspace / "heads").iterdir())
    position = gonogo("board", "--json", "-w", workspace).json["position"]
    assert len(heads) == 2
    assert heads[1] == f"{position:06d}.json"
    newest = workspace / "heads" / heads[1]
    key = json.loads(newest.read_text())["key"]
    assert gonogo("verify", "--json", "-w", workspace).json["signed"] == {"position": position, "key": key}
    for given in (key, key.upper(), newest):
        assert gonogo("verify", "--key", given, "-w", workspace).code == 0
    other = gonogo("verify", "--key", "ab" * 32, "-w", workspace)
    assert other.code == 5
    assert "no head of the log is signed by abab" in other.err
    monkeypatch.setenv("GONOGO_KEY", str(tmp_path / "another"))
    assert "a key that is not yours" in gonogo("verify", "-w", workspace).out
    for wrong in ("abc", workspace / "study.toml", tmp_path):
        refused = gonogo("verify", "--key", wrong, "-w", workspace)
        assert (refused.code, refused.err.count("\n")) == (2, 1)


def test_a_log_cut_after_its_reports_is_seen_by_the_signed_head_and_by_the_one_in_mlflow(
    workspace: Path, gonogo
) -> None:
    last = gonogo("board", "--json", "-w", workspace).json["position"]
    edit(workspace / "gonogo.db", f"DELETE FROM events WHERE position = {last}")
    said = gonogo("verify", "-w", workspace)
    assert said.code == 5
    assert f"position {last}: event {last} is missing" in said.err
    for path in (workspace / "heads").iterdir():
        path.unlink()
    edit(workspace / "gonogo.db", "DELETE FROM heads")
    by_mlflow = gonogo("verify", "-w", workspace)
    assert by_mlflow.code == 5
    assert f"MLflow's tag gonogo.head (event {last}): event {last} is missing" in by_mlflow.err


def test_nothing_is_written_on_an_older_backup_that_mlflow_knows_better_than(workspace: Path, gonogo) -> None:
    last = gonogo("board", "--json", "-w", workspace).json["position"]
    edit(workspace / "gonogo.db", f"DELETE FROM events WHERE position = {last}")
    for path in (workspace / "heads").iterdir():
        path.unlink()
    edit(workspace / "gonogo.db", "DELETE FROM heads")
    kept = sqlite3.connect(workspace / "mlflow.db")
    ask = "SELECT value FROM experiment_tags WHERE key = 'gonogo.head'"
    anchor = kept.execute(ask).fetchall()
    answer = ("--choose", "stop", "--as", "Ada", "--reason", "x")
    for command in (("decide", "c1-claim-strength", *answer), ("run",)):
        said = gonogo(*command, "-w", workspace)
        assert said.code == 5
        assert f"event {last} is missing: the head that MLflow keeps of " in said.err
        assert f"was signed at {last}; restore the newer log" in said.err
    assert gonogo("board", "--json", "-w", workspace).json["position"] == last - 1
    assert kept.execute(ask).fetchall() == anchor
    kept.close()


def test_a_store_that_is_gone_is_not_made_anew_beside_a_log_that_names_runs(workspace: Path, gonogo) -> None:
    (workspace / "mlflow.db").rename(workspace / "away.db")
    said = gonogo("run", "-w", workspace)
    assert said.code == 5
    assert "mlflow.db is gone or empty, and the log names runs in it; restore a backup" in said.err
    assert not (workspace / "mlflow.db").exists()
    (workspace / "away.db").rename(workspace / "mlflow.db")
    assert gonogo("verify", "-w", workspace).code == 0


@pytest.mark.parametrize("damage", [lambda text: text.replace('"position": ', '"position": 1'), lambda _: ""])
def test_a_damaged_signed_head_counts_as_lost_and_is_signed_again(workspace: Path, gonogo, damage) -> None:
    (path,) = (workspace / "heads").iterdir()
    before = path.read_text()
    path.write_text(damage(before))
    answer = ("--choose", "stop", "--as", "Ada", "--reason", "x")
    for command in (("verify",), ("decide", "c1-claim-strength", *answer)):
        said = gonogo(*command, "-w", workspace)
        assert (said.code, f"heads/{path.name}" in said.err, "the signed head is gone, or is none" in said.err) == (
            5, True, True,
        )  # fmt: skip
    assert gonogo("verify", "--sign-again", "-w", workspace).code == 0
    assert path.read_text() == before
    assert gonogo("decide", "c1-claim-strength", *answer, "-w", workspace).code == 0


def test_a_tail_that_was_cut_shows_by_the_heads_that_the_database_remembers(workspace: Path, gonogo) -> None:
    (path,) = (workspace / "heads").iterdir()
    path.unlink()
    edit(workspace / "mlflow.db", "DELETE FROM experiment_tags WHERE key = 'gonogo.head'")
    last = gonogo("board", "--json", "-w", workspace).json["position"]
    edit(workspace / "gonogo.db", f"DELETE FROM events WHERE position = {last}")
    for command in (("verify",), ("verify", "--sign-again"), ("run",)):
        said = gonogo(*command, "-w", workspace)
        assert (said.code, f"event {last} is missing: a head was signed at {last}" in said.err) == (5, True), said
    assert not path.exists()


def test_where_no_key_can_be_kept_the_work_is_done_unsigned_and_that_is_said(
    workspace: Path, gonogo, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("GONOGO_KEY", str(tmp_path / "file" / "key"))
    answer = ("--choose", "at-least-2", "--as", "Ada", "--reason", "x")
    said = gonogo("decide", "c1-claim-strength", *answer, "-w", workspace)
    assert (said.code, "heads of the log are not signed" in said.err) == (0, True)
    (tmp_path / "key").write_text("no key")
    monkeypatch.setenv("GONOGO_KEY", str(tmp_path / "key"))
    refused = gonogo("run", "-w", workspace)
    assert (refused.code, "holds no Ed25519 key" in refused.err) == (2, True)


@pytest.mark.slow
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE latest_metrics SET value = 0.5 WHERE key LIKE '%null%' AND key NOT LIKE 'model/%'",
        "UPDATE params SET value = '999' WHERE key <> 'task_id'",
        "DELETE FROM params WHERE key = 'seed'",
        "INSERT INTO latest_metrics SELECT 'extra', 1.0, 0, 0, 0, run_uuid FROM runs LIMIT 1",
    ],
)
def test_what_a_run_holds_beside_evidence_is_held_to_what_was_logged(workspace: Path, gonogo, statement: str) -> None:
    edit(workspace / "mlflow.db", statement)
    said = gonogo("verify", "-w", workspace)
    assert said.code == 5
    assert "holds other metrics or parameters than were logged" in said.err
    exported = gonogo("export", "--cycle", "1", "-w", workspace, "--output", workspace / "crate")
    assert exported.code == 5
    assert not (workspace / "crate").exists()


def test_a_signed_head_in_mlflow_that_was_changed_by_hand_is_named(workspace: Path, gonogo) -> None:
    edit(workspace / "mlflow.db", "UPDATE experiment_tags SET value = 'x' WHERE key = 'gonogo.head'")
    said = gonogo("verify", "-w", workspace)
    assert (said.code, "MLflow's tag gonogo.head: it holds no signed head" in said.err) == (5, True)


@pytest.mark.parametrize("content", [b"", b"\0" * 8192])
def test_an_mlflow_store_that_is_none_is_named_and_everything_else_is_checked(
    workspace: Path, gonogo, content: bytes
) -> None:
    (workspace / "mlflow.db").write_bytes(content)
    said = gonogo("verify", "--json", "-w", workspace)
    assert (said.code, said.json["mlflow"]) == (5, "not checked")
    assert said.json["figures"]["checked"] > 100
    where = "MLflow" if content else str(workspace / "mlflow.db")
    assert [bad["where"] for bad in said.json["figures"]["bad"]] == [where]
    assert (workspace / "mlflow.db").read_bytes() == content, "verifying writes nothing"


@pytest.mark.slow
def test_a_log_that_is_gone_is_an_integrity_failure_in_every_form(workspace: Path, gonogo) -> None:
    whole = set(gonogo("verify", "--json", "-w", workspace).json)
    for name in ("gonogo.db", "gonogo.db-wal", "gonogo.db-shm"):
        (workspace / name).unlink(missing_ok=True)
    said = gonogo("verify", "--json", "-w", workspace)
    assert (said.code, said.json["ok"], set(said.json)) == (5, False, whole)
    assert "is gone" in said.json["why"]
    assert gonogo("verify", "-w", workspace).code == 5
    assert "is gone" in gonogo("doctor", "-w", workspace).out


def test_a_key_file_that_holds_none_changes_no_finding(
    workspace: Path, gonogo, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "key").write_text("no key")
    monkeypatch.setenv("GONOGO_KEY", str(tmp_path / "key"))
    said = gonogo("verify", "-w", workspace)
    assert (said.code, "a key that is not yours" in said.out) == (0, True)


def test_files_among_the_reports_that_no_event_records_are_named(workspace: Path, gonogo) -> None:
    (workspace / "reports/final.md").write_text("GO")
    (workspace / "reports/cycle-001/more").mkdir()
    (workspace / "reports/cycle-001/more/extra").write_text("GO")
    report = workspace / "reports/cycle-001/cycle-report.md"
    report.rename(workspace / "elsewhere.md")
    report.symlink_to(workspace / "elsewhere.md")
    said = gonogo("verify", "--json", "-w", workspace).json
    assert {bad["where"] for bad in said["figures"]["bad"]} == {"reports/cycle-001/cycle-report.md"}
    assert {note["where"] for note in said["notes"]} == {"reports/final.md", "reports/cycle-001/more/extra"}


def test_a_report_that_this_version_renders_otherwise_is_restored_as_it_was_recorded(
    workspace: Path, gonogo, monkeypatch: pytest.MonkeyPatch
) -> None:
    from orchestrator.checking import rendering

    ours = rendering.rendered
    monkeypatch.setattr(rendering, "rendered", lambda *a: {name: b"other " + x for name, x in ours(*a).items()})
    report = workspace / "reports/cycle-001/cycle-report.md"
    recorded = report.read_bytes()
    report.unlink()
    assert gonogo("report", "-w", workspace).code == 0
    assert report.read_bytes() == recorded


@pytest.fixture
def later_version(monkeypatch: pytest.MonkeyPatch) -> None:
    """A version of gonogo that renders other bytes than the one that wrote the reports."""
    from orchestrator.checking import rendering

    ours = rendering.rendered
    monkeypatch.setattr(rendering, "rendered", lambda *a: {name: b"other " + x for name, x in ours(*a).items()})
    monkeypatch.setattr(rendering, "renderer", lambda: "99.0")


def recorded(workspace: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (workspace / "reports/cycle-001").iterdir()}


@pytest.mark.usefixtures("later_version")
def test_every_file_of_a_report_is_kept_and_restored_under_a_later_version(workspace: Path, gonogo) -> None:
    before = recorded(workspace)
    assert {"cycle-report.json", "assessment.json", "handover.json"} <= set(before)
    shutil.rmtree(workspace / "reports/cycle-001")
    said = gonogo("report", "--format", "json", "-w", workspace)
    assert (said.code, said.out.strip()) == (0, str(workspace / "reports/cycle-001/cycle-report.json"))
    assert recorded(workspace) == before
    assert gonogo("verify", "-w", workspace).code == 0


@pytest.mark.usefixtures("later_version")
def test_replay_under_a_later_version_hands_out_the_recorded_bytes(workspace: Path, gonogo, tmp_path: Path) -> None:
    before = recorded(workspace)
    said = gonogo("replay", "--output", tmp_path / "out", "--json", "-w", workspace)
    assert (said.code, said.json["ok"]) == (0, True)
    assert {(file["same"], file["kept"]) for file in said.json["files"]} == {(False, True)}
    assert recorded(tmp_path / "out") == before
    assert "its recorded bytes are kept" in gonogo("replay", "-w", workspace).out
    shutil.rmtree(workspace / "artifacts")
    bare = gonogo("replay", "--output", tmp_path / "bare", "--json", "-w", workspace)
    assert {file["kept"] for file in bare.json["files"]} == {False}
    assert recorded(tmp_path / "bare")["cycle-report.json"] == b"other " + before["cycle-report.json"]
