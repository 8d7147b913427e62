"""Whatever a program has started ends with it."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tasks.drafting.building.limits import Limits
from tasks.drafting.building.running import run

from .conftest import has

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").is_file(), reason="processes are told from /proc")

SHELL = "/bin/sh"
ENV = {"PATH": "/usr/bin:/bin"}


def alive(name: str) -> bool:
    def ended(path: Path) -> bool:
        try:
            return name not in path.read_bytes().decode("utf-8", "replace")
        except OSError:
            return True

    return not all(ended(path) for path in Path("/proc").glob("[0-9]*/cmdline"))


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    made = tmp_path / "paper"
    made.mkdir()
    return made


@pytest.mark.skipif(not has("sleep"), reason="there is no sleep")
@pytest.mark.parametrize("script", ["sleep NAME & exit 3", "sleep NAME & wait", "sleep NAME; true"])
def test_what_a_program_has_started_ends_with_it(sources: Path, script: str) -> None:
    name = f"98765.{time.monotonic_ns()}"
    ran = run([SHELL, "-c", script.replace("NAME", name)], sources, ENV, Limits(2), time.monotonic() + 2, None)
    assert ran.broke == ("" if "exit" in script else "took longer than 2 s")
    assert not alive(name)


def test_an_error_in_between_leaves_nothing(sources: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = f"98765.{time.monotonic_ns()}"

    def broken_off(_: float) -> None:
        if alive(name):
            monkeypatch.undo()
            raise KeyboardInterrupt

    monkeypatch.setattr(time, "sleep", broken_off)
    with pytest.raises(KeyboardInterrupt):
        run([SHELL, "-c", f"sleep {name} & wait"], sources, ENV, Limits(), time.monotonic() + 600, None)
    assert not alive(name)


def test_nothing_of_the_environment_reaches_a_program(sources: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GONOGO_SECRET", "secret")
    ran = run([SHELL, "-c", "set; pwd"], sources, ENV, Limits(), time.monotonic() + 600, None)
    assert ran.code == 0
    assert "secret" not in ran.said


def test_a_program_that_cannot_be_started_says_so(sources: Path) -> None:
    ran = run(["/nonexistent/program"], sources, ENV, Limits(), time.monotonic() + 600, None)
    assert ran.code == 125
    assert "could not be started under its guards" in ran.said
