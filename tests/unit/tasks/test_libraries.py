from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

import pytest

from store.errors import Unfit
from store.kinds.diagnostics import DiagnosticSpec
from store.kinds.environment import EnvironmentSpec
from store.kinds.kind import Spec
from store.kinds.statistics import Source, StatisticsSpec
from store.models import DataRef, ModelRef
from tasks.catalog import require_fit
from tasks.libraries import EXTRA, MissingLibraries, require_libraries

ROOT = Path(__file__).parents[3]

MODEL = ModelRef.parse("clip:tiny@random", id="tiny")
DATA = DataRef(source="shapes", n=2)
SOURCE = Source(model_id="tiny", task_id="t", run_id="r", digest="0" * 64)
COMPARISON = StatisticsSpec(sources=(SOURCE,), metric="mcs_norm", null=0.5, threshold=0.7, alpha=0.05, at_least=(1,))


@pytest.fixture
def without_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a machine where it is not installed."""
    for name in ("torch", "torchvision"):
        monkeypatch.setitem(sys.modules, name, None)


def test_the_libraries_are_those_of_the_extra() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extra = [re.split(r"[<>=]", each)[0] for each in project["optional-dependencies"]["diagnostics"]]
    assert sorted(EXTRA) == sorted(extra)


@pytest.mark.usefixtures("without_torch")
@pytest.mark.parametrize("spec", [EnvironmentSpec(model=MODEL), DiagnosticSpec(model=MODEL, data=DATA)])
def test_work_that_needs_libraries_names_those_that_are_missing(spec: Spec, tmp_path: Path) -> None:
    with pytest.raises(Unfit, match=r"torch.* not installed; pip install .gonogo.diagnostics."):
        require_fit(spec, tmp_path)


@pytest.mark.usefixtures("without_torch")
def test_a_comparison_needs_none(tmp_path: Path) -> None:
    require_fit(COMPARISON, tmp_path)


def test_all_is_well_where_they_are_installed(tmp_path: Path) -> None:
    require_fit(EnvironmentSpec(model=MODEL), tmp_path)
    require_fit(DiagnosticSpec(model=MODEL, data=DATA), tmp_path)


def test_a_family_that_cannot_be_found_is_no_fault_of_the_machine(tmp_path: Path) -> None:
    require_fit(DiagnosticSpec(model=ModelRef.parse("gone.V2:x@random", id="gone"), data=DATA), tmp_path)


def test_a_library_that_is_there_and_broken_says_how(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "built_for_another.py").write_text("raise RuntimeError('operator nms does not exist')")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr("tasks.libraries.EXTRA", {"built": "built_for_another"})
    with pytest.raises(
        MissingLibraries, match=r"built is installed and cannot be imported \(RuntimeError: operator nms"
    ):
        require_libraries(("numpy", "built"))
