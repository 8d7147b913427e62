"""A worker is known by what no clock moves and no other process shares; what cannot be known is alive."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from orchestrator.running import identity
from orchestrator.running.identity import is_dead, this_worker

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="the kernel tells of no process")

SAY = "from orchestrator.running.identity import this_worker; print(this_worker(), flush=True)"


def test_a_process_is_alive_until_it_ends() -> None:
    assert not is_dead(this_worker())
    with subprocess.Popen([sys.executable, "-c", f"{SAY}; input()"], stdin=-1, stdout=-1, text=True) as other:
        assert other.stdout is not None
        worker = other.stdout.readline().strip()
        assert worker.split("/")[1] == str(other.pid)
        assert not is_dead(worker)
        other.kill()
        os.waitid(os.P_PID, other.pid, os.WEXITED | os.WNOWAIT)
        assert is_dead(worker), "a zombie does no work"
    assert is_dead(worker)


def test_a_later_process_with_the_same_number_is_another_worker() -> None:
    *rest, start = this_worker().split("/")
    assert is_dead("/".join((*rest, str(int(start) - 1))))


@pytest.mark.parametrize(("part", "value"), [(2, "0123456789ab"), (3, "4026531999")], ids=["boot", "pid namespace"])
def test_of_another_boot_or_container_nothing_is_known_though_the_host_has_the_same_name(part: int, value: str) -> None:
    parts = this_worker().split("/")
    parts[1], parts[part] = "999999999", value
    assert not is_dead("/".join(parts))


@pytest.mark.parametrize("worker", ["elsewhere/1/1", "elsewhere", "", "host/4711/1790000000", "a/b/?/?/?"])
def test_of_names_that_say_too_little_nothing_is_known(worker: str) -> None:
    assert not is_dead(worker)


def test_where_the_kernel_does_not_tell_nothing_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identity, "_start", lambda _: None)
    assert not is_dead(this_worker())
    worker = this_worker().split("/")
    worker[1] = "999999999"
    assert not is_dead("/".join(worker)), "its own start was not known when it began"


def test_a_process_that_may_not_be_looked_at_is_alive(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "kill", refused)
    monkeypatch.setattr(identity, "_start", lambda _: None)
    parts = this_worker().split("/")
    assert not is_dead("/".join((*parts[:4], "12345")))


def asked_in(*wrapper: str) -> str:
    """Whether this worker is dead, as a process says that is started by another program."""
    code = f"from orchestrator.running.identity import is_dead; print(is_dead({this_worker()!r}))"
    done = subprocess.run([*wrapper, sys.executable, "-c", code], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"{wrapper[0]} does not work here, so this was not tried: {done.stderr.strip()[-80:]}")
    return done.stdout.strip()


@pytest.mark.skipif(shutil.which("faketime") is None, reason="no faketime, so no step of the clock was tried")
@pytest.mark.parametrize("step", ["+2s", "-2s", "+1d", "-400d"])
def test_a_step_of_the_clock_moves_nothing(step: str) -> None:
    assert asked_in("faketime", "-f", step) == "False"


@pytest.mark.skipif(shutil.which("unshare") is None, reason="no unshare, so no pid namespace was tried")
def test_two_containers_of_one_host_name_do_not_know_of_each_other() -> None:
    assert asked_in("unshare", "--pid", "--fork", "--mount-proc") == "False"
