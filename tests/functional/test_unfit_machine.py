"""A machine that lacks what a study needs: nothing is registered or claimed on it, and what needs nothing works."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from .conftest import STUDY, new_study
from .test_bad_input import refused

MISSING = ("torch", "not installed", 'pip install "gonogo[diagnostics]"')


@pytest.fixture
def without_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)


@pytest.mark.usefixtures("without_torch")
def test_a_study_is_not_registered_where_libraries_are_missing(
    tmp_path: Path, gonogo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GONOGO_KEY", str(tmp_path / "key"))
    folder = new_study(tmp_path / "study")
    refused(gonogo("run", "-w", folder), "study.toml cannot be carried out on this machine", *MISSING)
    assert [path.name for path in folder.iterdir()] == ["study.toml"]
    assert not (tmp_path / "key").exists()


@pytest.mark.parametrize("device", ["cuda:99", "cuda:256"])
def test_a_study_is_not_registered_where_its_device_is_not(tmp_path: Path, gonogo, device: str) -> None:
    folder = new_study(tmp_path / "study", STUDY + f'[diagnostics]\ndevice = "{device}"\n')
    refused(gonogo("run", "-w", folder), "study.toml", f"device {device}", "GPUs here", "auto or cpu")
    assert [path.name for path in folder.iterdir()] == ["study.toml"]
    (check,) = (each for each in gonogo("doctor", "--json", "-w", folder).json["checks"] if each["name"] == "study")
    assert not check["ok"]
    assert device in check["detail"]


@pytest.mark.usefixtures("without_torch")
def test_a_diagnosis_is_refused_where_libraries_are_missing(gonogo) -> None:
    refused(gonogo("diagnose", "clip:tiny@random", "--n", 2), *MISSING)


def test_a_study_that_came_to_such_a_machine_claims_nothing_and_can_be_read(
    workspace: Path, gonogo, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = ("--choose", "at-least-2", "--as", "Ada", "--reason", "enough")
    assert gonogo("decide", "c1-claim-strength", *answer, "-w", workspace).code == 0
    before = gonogo("events", "--json", "-w", workspace).out.splitlines()
    monkeypatch.setitem(sys.modules, "torch", None)
    said = gonogo("run", "-w", workspace)
    assert said.code == 2
    last = said.err.splitlines()[-1]
    assert last.startswith("gonogo: this machine cannot do what is next, Describe the machine")
    assert all(word in last for word in MISSING)
    after = [json.loads(line) for line in gonogo("events", "--json", "-w", workspace).out.splitlines()[len(before) :]]
    assert {event["type"] for event in after} == {"CycleOpened", "TaskPlanned"}
    for command in ("verify", "board", "report", "replay"):
        assert gonogo(command, "-w", workspace).code == 0, command
