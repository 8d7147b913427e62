"""Whoever may read a study and not write it can check and hand on all of it."""

from __future__ import annotations

import json
import os
import shutil
import stat
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest

from orchestrator.cli.main import run

NOBODY, OUT_OF_REACH = 65534, 77
READING = (
    ("board", "--json"),
    ("events", "--json"),
    ("decisions", "--json"),
    ("report",),
    ("verify", "--json"),
    ("replay",),
)

AsNobody = Callable[..., tuple[int, str]]


@pytest.fixture
def as_nobody(tmp_path: Path) -> AsNobody:
    """Runs a command line in a process of a user who owns nothing: its exit code, and what it said."""
    if os.getuid() != 0:
        pytest.skip("only the superuser can become another user, so no second user was tried")

    def call(*arguments: object, umask: int = 0o022, group: int = NOBODY) -> tuple[int, str]:
        reachable(tmp_path)  # each time, as every pytest that begins meanwhile closes the folder that all share
        said = tmp_path / "said"
        said.mkdir(exist_ok=True)
        said.chmod(0o777)
        child = os.fork()
        if not child:
            code = 99
            try:
                os.umask(umask)
                os.setgroups([])
                os.setresgid(group, group, group)
                os.setresuid(NOBODY, NOBODY, NOBODY)
                if not os.access(tmp_path, os.R_OK | os.X_OK):
                    os._exit(OUT_OF_REACH)
                os.environ.update(HOME=str(said), XDG_CONFIG_HOME=str(said), TMPDIR=str(said))
                for name, number in (("out", 1), ("err", 2)):
                    os.dup2(os.open(said / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666), number)
                sys.stdout, sys.stderr = open(1, "w"), open(2, "w")  # noqa: SIM115
                code = run([str(argument) for argument in arguments])
            except BaseException:
                traceback.print_exc()
            finally:
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(code)
        _, status = os.waitpid(child, 0)
        if os.waitstatus_to_exitcode(status) == OUT_OF_REACH:
            pytest.skip("another user cannot reach the folder of the tests, so no second user was tried")
        texts = [(said / name).read_text() for name in ("out", "err")]
        for name in ("out", "err"):
            (said / name).unlink()
        return os.waitstatus_to_exitcode(status), "".join(texts) if status else texts[0]

    return call


def reachable(path: Path) -> None:
    """Let everybody pass to a folder of pytest's, whose parents, as far as pytest made them, are its owner's alone."""
    for folder in (path, *path.parents):
        if not folder.name.startswith(("test_", "popen-", "pytest-")):
            return
        folder.chmod(folder.stat().st_mode | stat.S_IXOTH | stat.S_IROTH)


def opened(workspace: Path, mode: int) -> None:
    for path in (workspace, *workspace.rglob("*")):
        if not path.is_symlink():
            path.chmod((0o755 if path.is_dir() else 0o644) | mode)


@pytest.mark.slow
@pytest.mark.parametrize("left", ["closed", "under way"])
def test_a_second_user_reads_verifies_and_exports_a_study_that_is_not_his(
    workspace: Path, tmp_path: Path, gonogo, as_nobody: AsNobody, left: str
) -> None:
    for command in (*READING, ("export", "--output", tmp_path / "own")):  # all that is loaded late is loaded now
        gonogo(*command, "-w", workspace)
    opened(workspace, 0)
    writer = None
    if left == "under way":
        import sqlite3

        writer = sqlite3.connect(workspace / "gonogo.db", isolation_level=None)
        writer.execute("PRAGMA journal_mode = WAL")
        writer.execute("BEGIN IMMEDIATE")
    before = sorted(path.as_posix() for path in workspace.rglob("*"))
    for command in READING:
        code, said = as_nobody(*command, "-w", workspace)
        assert code == 0, said
    code, said = as_nobody("verify", "--json", "-w", workspace)
    assert json.loads(said)["mlflow"] == "checked"
    code, said = as_nobody("export", "--output", tmp_path / "said" / "crate", "-w", workspace)
    assert code == 0, said
    code, said = as_nobody(
        "decide", "c1-claim-strength", "--choose", "stop", "--as", "X", "--reason", "x", "-w", workspace
    )
    assert code == 1, said
    assert "cannot be written" in said
    assert sorted(path.as_posix() for path in workspace.rglob("*")) == before, "and nothing was written"
    if writer is not None:
        writer.close()


@pytest.mark.slow
def test_what_a_second_user_may_not_read_is_said_and_called_no_damage(
    workspace: Path, tmp_path: Path, gonogo, as_nobody: AsNobody
) -> None:
    for command in (("verify",), ("export", "--output", tmp_path / "own")):  # all that is loaded late is loaded now
        gonogo(*command, "-w", workspace)
    opened(workspace, 0)
    code, said = as_nobody("export", "-w", workspace)
    assert (code, "nothing can be written to" in said, "give --output PATH" in said) == (2, True, True), said
    artifact = max(workspace.glob("artifacts/sha256/*/*"))
    for path, why in (
        (workspace / "mlflow.db", f"{workspace / 'mlflow.db'} may not be read by this user; ask its owner"),
        (artifact, f"{artifact}: Permission denied; ask its owner for access, or work on a copy"),
        (workspace / "study.toml", "study.toml: Permission denied; ask its owner"),
        (workspace / "reports/cycle-001/handover.md", "handover.md: Permission denied; ask its owner"),
    ):
        mode = path.stat().st_mode
        path.chmod(0o600)
        code, said = as_nobody("verify", "-w", workspace)
        assert (code, why in said) == (1, True), said
        path.chmod(mode)


@pytest.mark.slow
def test_a_member_of_a_group_verifies_and_decides_in_a_folder_of_the_group(
    workspace: Path, tmp_path: Path, gonogo, as_nobody: AsNobody
) -> None:
    answer = ("decide", "c1-claim-strength", "--choose", "stop", "--as", "X", "--reason", "x")
    copy = shutil.copytree(workspace, tmp_path / "loaded")
    gonogo(*answer, "-w", copy)  # all that is loaded late is loaded now
    gonogo("verify", "-w", copy)
    for path in (workspace, *workspace.rglob("*")):
        os.chown(path, -1, 4711)
        path.chmod(0o2775 if path.is_dir() else 0o664)
    before = gonogo("events", "--json", "-w", workspace).out
    (workspace / "heads").chmod(0o2755)
    code, said = as_nobody(*answer, "-w", workspace, group=4711, umask=0o002)
    assert (code, f"{workspace / 'heads'} cannot be written by this user" in said) == (1, True), said
    assert gonogo("events", "--json", "-w", workspace).out == before
    (workspace / "heads").chmod(0o2775)
    code, said = as_nobody(*answer, "-w", workspace, group=4711, umask=0o002)
    assert code == 0, said
    code, said = as_nobody("verify", "-w", workspace, group=4711, umask=0o002)
    assert code == 0, said
    made = [path for path in workspace.rglob("*") if path.stat().st_uid == NOBODY]
    assert made
    assert [stat.S_IMODE(path.stat().st_mode) & 0o060 for path in made] == [0o060] * len(made), (
        "his files are the group's"
    )
