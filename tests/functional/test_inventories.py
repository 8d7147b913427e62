"""What verify looks at and how much of it was there: whatever is removed is noticed, or was none of the record."""

from __future__ import annotations

import hashlib
import shutil
import socket
import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from orchestrator.artifacts import ArtifactStore, digest_of_file
from orchestrator.checking import report_files
from orchestrator.settings import Settings
from orchestrator.study.file import read_study
from orchestrator.usecases.session import Session
from store.commands import RegisterStudy
from store.log.sql.sqlite import SqliteLog

LOSES_NOTHING = {
    "cache/": "nulls, computed again from their seed where they are not there",
    "data/shapes-7/": "generated scenes, made again from the seed of the protocol",
    "gonogo.db.lock": "the lock of writers, which holds nothing",
}
"""How the names of files begin that no record rests on, and why."""

SAID = {"study.toml": "study.toml is not there"}
"""Files that are no part of the record, which holds the protocol, and whose loss is said all the same."""

INVENTORIES = {
    "events", "tasks", "evidence", "runs", "artifacts", "copies", "manifests", "reports", "kept_reports", "figures",
    "heads",
}  # fmt: skip


@pytest.fixture
def rendered_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reports are rendered again once and not per verification: that depends on the log alone."""
    made, render = {}, report_files.report_files

    def remembered(log, board, artifacts):
        if board.head not in made:
            made[board.head] = render(log, board, artifacts)
        return made[board.head]

    monkeypatch.setattr(report_files, "report_files", remembered)


def files(workspace: Path) -> Iterator[str]:
    return (path.relative_to(workspace).as_posix() for path in sorted(workspace.rglob("*")) if path.is_file())


@pytest.mark.slow
@pytest.mark.usefixtures("rendered_once")
def test_every_file_that_is_removed_is_noticed_unless_its_loss_loses_nothing(
    workspace: Path, gonogo, tmp_path: Path
) -> None:
    noticed, unsaid = set(), []
    for name in list(files(workspace)):
        (workspace / name).rename(tmp_path / "away")
        said = gonogo("verify", "-w", workspace)
        if said.code == 5:
            noticed.add(name)
        elif SAID.get(name, "\0") not in said.err and not name.startswith(tuple(LOSES_NOTHING)):
            unsaid.append((name, said))
        (tmp_path / "away").rename(workspace / name)
    assert unsaid == []
    folders = {"artifacts/mlflow", "artifacts/sha256", "reports/cycle-001"}
    assert {"/".join(name.split("/")[:2]) for name in noticed if name.count("/") > 1} == folders
    assert {name.split("/")[0] for name in noticed if name.count("/") < 2} == {"gonogo.db", "mlflow.db", "heads"}


@pytest.mark.slow
def test_what_loses_nothing_is_made_again(workspace: Path, gonogo) -> None:
    (workspace / "data/shapes-7/images/000003.png").unlink()
    shutil.rmtree(workspace / "cache/nulls")
    answer = ("--choose", "at-least-2", "--as", "Ada", "--reason", "x")
    assert gonogo("decide", "c1-claim-strength", *answer, "-w", workspace).code == 0
    assert gonogo("run", "-w", workspace).code == 0
    assert gonogo("verify", "-w", workspace).code == 0
    assert (workspace / "data/shapes-7/images/000003.png").exists()


@pytest.mark.parametrize("name", ["._000046.json", "notes.json", ".DS_Store"])
def test_a_file_among_the_heads_that_others_wrote_is_a_note(workspace: Path, gonogo, name: str) -> None:
    (workspace / "heads" / name).write_bytes(b"\x00\x05\x16\x07")
    said = gonogo("verify", "-w", workspace)
    assert said.code == 0, said.err
    assert f"heads/{name}" in said.out + said.err
    (workspace / "heads" / name).unlink()


def test_a_report_that_is_asked_for_comes_back_with_all_of_its_files(workspace: Path, gonogo) -> None:
    report = workspace / "reports/cycle-001"
    lost = [report / "forest.svg", report / "handover.md"]
    for path in lost:
        path.unlink()
    assert gonogo("report", "-w", workspace).code == 0
    assert all(path.exists() for path in lost)
    assert gonogo("verify", "-w", workspace).code == 0


def test_verify_says_how_much_of_each_inventory_was_there(workspace: Path, gonogo) -> None:
    looked = gonogo("verify", "--json", "-w", workspace).json["looked_at"]
    assert set(looked) == INVENTORIES
    assert all(count["there"] == count["named"] > 0 for count in looked.values()), looked
    assert (looked["events"]["there"], looked["tasks"]["there"], looked["runs"]["there"]) == (61, 11, 10)
    assert looked["copies"] == looked["artifacts"]
    assert looked["reports"] == looked["kept_reports"] == {"named": 12, "there": 12}
    (copy, *_) = sorted((workspace / "artifacts/mlflow").glob("*/artifacts/samples.npz"))
    copy.unlink()
    said = gonogo("verify", "-w", workspace)
    assert said.code == 5
    assert "18 of 19 copies of MLflow's, 10 manifests, 12 report files" in said.out
    _, _, source = said.err.partition("; copy ")
    shutil.copy(source.partition(" to its place")[0], copy)
    assert gonogo("verify", "-w", workspace).code == 0, "the remedy that is named is one"


def test_a_file_that_is_not_ours_is_no_fault_of_any_inventory(workspace: Path, gonogo) -> None:
    for folder in ("artifacts", "artifacts/sha256/ab", "artifacts/mlflow", "heads", "reports/cycle-001", "."):
        (workspace / folder).mkdir(exist_ok=True)
        (workspace / folder / ".DS_Store").write_text("x")
    assert gonogo("verify", "-w", workspace).code == 0


def test_copies_that_a_server_keeps_are_no_files_here_and_are_said_not_to_have_been_looked_at(
    workspace: Path, gonogo
) -> None:
    with sqlite3.connect(workspace / "mlflow.db") as connection:
        connection.execute("UPDATE runs SET artifact_uri = 'mlflow-artifacts:/1/' || run_uuid || '/artifacts'")
    connection.close()
    shutil.rmtree(workspace / "artifacts/mlflow")
    said = gonogo("verify", "--json", "-w", workspace)
    assert (said.code, said.json["looked_at"]["copies"]) == (0, {"named": 0, "there": 0})
    (note,) = said.json["notes"]
    assert note["why"] == "19 of its copies of artifacts are not on this machine, and were not looked at"


def test_a_report_that_is_no_longer_kept_is_kept_again(workspace: Path, gonogo) -> None:
    report = workspace / "reports/cycle-001/timeline.svg"
    kept = ArtifactStore(workspace / "artifacts").find(digest_of_file(report))
    kept.unlink()
    said = gonogo("verify", "-w", workspace)
    assert (said.code, "timeline.svg, as it is kept" in said.err, "gonogo report keeps it again" in said.err) == (
        5,
        True,
        True,
    )
    assert gonogo("report", "-w", workspace).code == 0
    assert gonogo("verify", "-w", workspace).code == 0


def test_heads_of_a_log_that_an_older_version_wrote_are_missing_once_the_next_is_signed(
    workspace: Path, gonogo
) -> None:
    with sqlite3.connect(workspace / "gonogo.db") as connection:
        connection.execute("DROP TABLE heads")
    connection.close()
    assert gonogo("verify", "-w", workspace).code == 0
    answer = ("--choose", "at-least-2", "--as", "Ada", "--reason", "x")
    assert gonogo("decide", "c1-claim-strength", *answer, "-w", workspace).code == 0
    first, second = sorted((workspace / "heads").iterdir())
    for head in (first, second):
        head.rename(workspace / "away")
        said = gonogo("verify", "-w", workspace)
        assert (said.code, f"heads/{head.name}" in said.err, "the signed head is gone, or is none" in said.err) == (
            5,
            True,
            True,
        )
        (workspace / "away").rename(head)


def lose_a_head(workspace: Path) -> str:
    (head,) = (workspace / "heads").iterdir()
    head.unlink()
    return f"{head}: the signed head is gone, or is none; restore a backup of it or, if the log is as you left it, "


def lose_the_store(workspace: Path) -> str:
    (workspace / "mlflow.db").unlink()
    return "mlflow.db is gone or empty, and the log names runs in it; restore a backup, or put it back"


def empty_the_store(workspace: Path) -> str:
    (workspace / "mlflow.db").write_bytes(b"")
    return "mlflow.db is gone or empty, and the log names runs in it"


def empty_an_artifact(workspace: Path) -> str:
    copy = min(workspace.glob("artifacts/mlflow/*/artifacts/samples.npz"))
    digest = hashlib.sha256(copy.read_bytes()).hexdigest()
    (workspace / "artifacts/sha256" / digest[:2] / digest).write_bytes(b"")
    return f"is not whole in {workspace / 'artifacts'}; restore a backup of it"


def lose_an_artifact(workspace: Path) -> str:
    copy = min(workspace.glob("artifacts/mlflow/*/artifacts/samples.npz"))
    digest = hashlib.sha256(copy.read_bytes()).hexdigest()
    place = workspace / "artifacts/sha256" / digest[:2] / digest
    place.unlink()
    return f"restore a backup of it; MLflow has it still: mkdir -p {place.parent} && cp {copy} {place}"


def lose_a_run(workspace: Path) -> str:
    with sqlite3.connect(workspace / "mlflow.db") as connection:
        (run_id,) = connection.execute("SELECT run_uuid FROM runs WHERE status = 'FINISHED' LIMIT 1").fetchone()
        connection.execute("UPDATE runs SET lifecycle_stage = 'deleted' WHERE run_uuid = ?", (run_id,))
    connection.close()
    return f"MLflow run {run_id} was deleted; restore it with "


@pytest.mark.parametrize(
    "lose", [lose_a_head, lose_the_store, empty_the_store, lose_an_artifact, empty_an_artifact, lose_a_run]
)
@pytest.mark.parametrize(
    "command",
    [("run",), ("decide", "c1-claim-strength", "--choose", "at-least-2", "--as", "Ada", "--reason", "x")],
    ids=["run", "decide"],
)
def test_nothing_is_written_on_what_verify_misses(
    workspace: Path, gonogo, lose: Callable[[Path], str], command: tuple[str, ...]
) -> None:
    why = lose(workspace)
    before = gonogo("events", "--json", "-w", workspace).out
    said = gonogo(*command, "-w", workspace)
    assert (said.code, why in said.err) == (5, True), said
    assert "nothing is written before that is mended" in said.err
    assert gonogo("events", "--json", "-w", workspace).out == before
    assert gonogo("verify", "-w", workspace).code == 5


def test_lost_heads_are_signed_again_on_the_word_of_a_person_where_all_else_checks_out(workspace: Path, gonogo) -> None:
    (head,) = (workspace / "heads").iterdir()
    before = head.read_bytes()
    said = gonogo("verify", "--sign-again", "-w", workspace)
    assert (said.code, "no head is lost" in said.err) == (0, True)
    lose_a_head(workspace)
    report = workspace / "reports/cycle-001/handover.md"
    report.rename(workspace / "away")
    said = gonogo("verify", "--sign-again", "-w", workspace)
    assert (said.code, "nothing was signed again: more than heads does not check out" in said.err) == (5, True)
    (workspace / "away").rename(report)
    assert gonogo("verify", "-w", workspace).code == 5
    assert not head.exists(), "only on a person's word"
    said = gonogo("verify", "--sign-again", "-w", workspace)
    assert (said.code, said.err.count("again, on your word that the log is as it was left")) == (0, 1)
    assert head.read_bytes() == before
    answer = ("--choose", "at-least-2", "--as", "Ada", "--reason", "x")
    assert gonogo("decide", "c1-claim-strength", *answer, "-w", workspace).code == 0
    assert gonogo("verify", "-w", workspace).code == 0


def lose_the_log(workspace: Path, how: str) -> None:
    for path in workspace.glob("gonogo.db*"):
        path.unlink()
    if how == "empty":
        (workspace / "gonogo.db").touch()
    if how == "without events":
        SqliteLog(workspace / "gonogo.db", lambda: datetime.now(UTC)).close()


@pytest.mark.parametrize("how", ["gone", "empty", "without events"])
@pytest.mark.parametrize("left", ["reports", "heads", "artifacts", "mlflow.db"])
def test_a_log_that_was_lost_is_no_new_study(workspace: Path, gonogo, how: str, left: str) -> None:
    lose_the_log(workspace, how)
    for name in {"reports", "heads", "artifacts", "mlflow.db"} - {left}:
        path = workspace / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    before = sorted(path.name for path in workspace.iterdir())
    for command in (("run",), ("verify",), ("board",), ("doctor",)):
        said = gonogo(*command, "-w", workspace)
        text = said.out if command == ("doctor",) else said.err
        assert said.code in (1, 5) if command == ("doctor",) else said.code == 5, said
        assert ("is gone" if how == "gone" else "event 1 is missing") in text
        assert "restore a backup of it, or choose another folder to begin anew" in text
    if how != "without events":
        for more in ((), ("--keep",)):
            said = gonogo("init", workspace, *more)
            assert (said.code, "restore a backup" in said.err) == (5, True), said
    assert sorted(path.name for path in workspace.iterdir() if path.suffix not in (".db-wal", ".db-shm")) == before


@pytest.mark.slow
def test_a_workspace_and_its_copy_go_on_beside_each_other_on_one_store_outside(
    workspace: Path, gonogo, tmp_path: Path
) -> None:
    store, copy = tmp_path / "shared.db", tmp_path / "copy"
    (workspace / "mlflow.db").rename(store)
    with sqlite3.connect(store) as connection:  # as if the first cycle had been run so
        connection.execute(
            "UPDATE experiment_tags SET value = ? WHERE key = 'gonogo.workspace'",
            (f"{socket.gethostname()}:{workspace.resolve()}",),
        )
    connection.close()
    text = (workspace / "study.toml").read_text()
    (workspace / "study.toml").write_text(text.replace("[data]", f'[tracking]\nuri = "sqlite:///{store}"\n[data]', 1))
    shutil.copytree(workspace, copy)
    answer = ("--choose", "at-least-2", "--as", "Ada", "--reason", "x")
    for folder in (copy, workspace):
        assert gonogo("decide", "c1-claim-strength", *answer, "-w", folder).code == 0
        said = gonogo("run", "-w", folder)
        assert said.code == 0, said
        assert (f"of another workspace of this log, {socket.gethostname()}:{workspace}" in said.err) is (folder == copy)
    for folder in (copy, workspace):
        for command in ("verify", "run"):
            said = gonogo(command, "-w", folder)
            assert said.code == 0, said


def test_a_store_outside_that_another_study_shares_is_no_trace_of_a_lost_log_and_is_told(
    workspace: Path, gonogo, tmp_path: Path
) -> None:
    """The first workspace keeps its runs' files; a second one of the same name begins on the same store."""
    store, other = tmp_path / "shared.db", tmp_path / "other"
    (workspace / "mlflow.db").rename(store)
    place = (workspace / "artifacts/mlflow").resolve().as_uri()
    with sqlite3.connect(store) as connection:
        connection.execute("UPDATE experiments SET artifact_location = ? WHERE name = 'tiny'", (place,))
    connection.close()
    shared = f'[tracking]\nuri = "sqlite:///{store}"\n[data]'
    text = (workspace / "study.toml").read_text().replace("[data]", shared, 1)
    other.mkdir()
    for folder in (workspace, other):
        (folder / "study.toml").write_text(text)
    assert gonogo("verify", "-w", workspace).code == 0
    assert gonogo("verify", "-w", other).code == 2, "there is nothing yet, and nothing was lost"
    told: list[str] = []
    settings = Settings(workspace=other, key=tmp_path / "key")
    file = read_study(other / "study.toml")
    with Session.open(settings, told.append, create=True) as session:
        session.submit(RegisterStudy(file.study), actor="system")
        session.services(file, None)  # type: ignore[arg-type]
    assert [line for line in told if "has runs of another log whose study is named 'tiny'" in line]
    lose_the_log(workspace, "gone")
    for name in ("reports", "heads", "artifacts/sha256"):
        shutil.rmtree(workspace / name)
    said = gonogo("run", "-w", workspace)
    assert (said.code, "has 10 runs of the log that was here" in said.err) == (5, True)
