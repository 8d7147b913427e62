"""Commands under a clock that is years ahead, or behind: a whole process of them, with the clock of another library."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from orchestrator.settings import Settings
from orchestrator.usecases.session import Session
from store.commands import OpenCycle, RegisterStudy
from store.study.protocol import Study

from .conftest import new_study

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("faketime") is None, reason="no faketime, so no other clock was tried"),
]

DECIDE = ("decide", "c1-x", "--choose", "y", "--as", "Ada", "--reason", "z")


@pytest.fixture
def study(tmp_path: Path, study_data) -> Path:
    """A study that was registered just now."""
    settings = Settings.of(new_study(tmp_path))
    with Session.open(settings, print, create=True) as session:
        session.submit(RegisterStudy(Study.model_validate(study_data())), OpenCycle("x"), actor="system")
    return tmp_path


def under(clock: str, study: Path, *command: str) -> tuple[int, str]:
    """The exit code of a command under another clock, and what it said."""
    gonogo = [sys.executable, "-m", "orchestrator.cli", *command, "-w", str(study)]
    done = subprocess.run(["faketime", "-f", clock, *gonogo], capture_output=True, text=True, env=os.environ)
    if "ld.so" in done.stderr or "faketime:" in done.stderr:
        pytest.skip(f"faketime does not work here, so no other clock was tried: {done.stderr.strip()[-80:]}")
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("clock", "said"), [("+5y", "1,82"), ("-401d", "400 days ahead of"), ("-3d", "2 days ahead of")]
)
def test_a_clock_that_is_far_from_the_log_is_refused_in_one_line_unless_it_is_trusted(
    study: Path, clock: str, said: str
) -> None:
    before = {path: path.read_bytes() for path in study.rglob("*") if path.is_file()}
    code, line = under(clock, study, *DECIDE)
    assert (code, line.count("\n")) == (2, 1), line
    assert said in line
    assert "set the clock right, or give --trust-clock" in line
    assert {path: path.read_bytes() for path in study.rglob("*") if path.is_file()} == before
    code, lines = under(clock, study, *DECIDE, "--trust-clock")
    assert "--trust-clock" not in lines
    assert "c1-x" in lines, "it went on, and there is no such question"


def test_a_clock_that_is_minutes_behind_is_warned_of(study: Path) -> None:
    _, lines = under("-10m", study, *DECIDE)
    warning, error = lines.splitlines()
    assert warning.startswith("warning: the log's last time, ")
    assert "c1-x" in error


def test_the_doctor_tells(study: Path) -> None:
    for clock, told in (("+0", "ok   clock"), ("-3d", "BAD  clock"), ("+5y", "BAD  clock")):
        code, lines = under(clock, study, "doctor")
        (line,) = [line for line in lines.splitlines() if " clock " in line]
        assert line.startswith(told), lines
        assert ("this machine's clock" in line) is (clock != "+0")
        assert code == ("BAD" in lines)
