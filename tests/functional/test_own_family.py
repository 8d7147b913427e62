"""The example of a model of one's own, as it stands: its class is named in a study, measured, and told of."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestrator.cli.main import run

from .conftest import Gonogo

pytestmark = pytest.mark.slow

EXAMPLE = Path(__file__).parents[2] / "examples" / "own_model"
LOCATOR = "my_model.V2:base@random"


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A copy of the example after its one cycle."""
    folder = shutil.copytree(EXAMPLE, tmp_path_factory.mktemp("own") / "study")
    with pytest.MonkeyPatch.context() as patch:
        patch.delitem(sys.modules, "my_model", raising=False)  # of another test, from another folder
        assert run(["run", "--workspace", str(folder)]) == 0
        yield folder
        sys.modules.pop("my_model", None)


def test_it_is_measured_like_any_other(study: Path, gonogo: Gonogo) -> None:
    tasks = {task["subject"]: task for task in gonogo("board", "--json", "-w", study).json["tasks"]}
    assert {task["status"] for task in tasks.values()} == {"accepted"}
    assert tasks.keys() == {"environment", "v2", "statistics", "audit"}
    evidence = {item["metric"]: item for item in tasks["v2"]["evidence"]}
    for metric in ("mcs_norm", "cross_entropy_norm", "gated_influence", "vision_entropy_loss", "null/draws"):
        assert metric in evidence, metric
    assert evidence["mcs_norm"]["n"] == 16
    assert evidence["sites_seen"]["value"] == evidence["sites_expected"]["value"] == 6
    assert {"influence/swap-image/change", "influence/swap-text/change"} <= evidence.keys()


def test_the_report_names_its_class_and_every_number_in_it_checks_out(study: Path, gonogo: Gonogo) -> None:
    report = (study / "reports/cycle-001/cycle-report.md").read_text()
    assert LOCATOR in report.replace("\\", "")
    assert "my_model.py" in report.replace("\\", ""), "where its architecture is written down"
    assert "untrained" in report
    assert json.loads((study / "reports/cycle-001/cycle-report.json").read_text())["figures"]
    assert gonogo("verify", "-w", study).code == 0
    assert gonogo("replay", "-w", study).code == 0


def test_it_is_diagnosed_from_the_command_line_in_its_workspace_alone(
    study: Path, gonogo: Gonogo, tmp_path: Path
) -> None:
    quick = ("--n", 3, "--captions", 1, "--nulls", 0, "--influence", "none")
    found = gonogo("diagnose", LOCATOR, "-w", study, *quick, "--json")
    assert found.code == 0, found.err
    assert found.json["model"] == LOCATOR
    roles = [site["role"] for site in found.json["sites"]]
    assert {role: roles.count(role) for role in roles} == {"vision": 2, "text": 2, "cross": 2}
    shown = gonogo("diagnose", f"{LOCATOR}#tower=cross,scale=0", "-w", study, *quick)
    assert shown.code == 0, shown.err
    assert "cross_entropy_norm" in shown.out
    sys.modules.pop("my_model", None)
    elsewhere = gonogo("diagnose", LOCATOR, "-w", tmp_path, *quick)
    assert (elsewhere.code, elsewhere.err.count("\n")) == (2, 1)
    assert "there is no module 'my_model' in" in elsewhere.err


def test_a_study_whose_class_is_not_there_is_refused_before_anything_is_written(tmp_path: Path, gonogo: Gonogo) -> None:
    shutil.copy(EXAMPLE / "study.toml", tmp_path)
    sys.modules.pop("my_model", None)
    said = gonogo("run", "-w", tmp_path)
    assert (said.code, said.err.count("\n")) == (2, 1)
    assert "models.0 (v2)" in said.err
    assert "there is no module 'my_model'" in said.err
    assert [path.name for path in tmp_path.iterdir()] == ["study.toml"]
