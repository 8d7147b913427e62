from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from store.errors import BadInput
from store.kinds.environment import EnvironmentSpec
from store.models import ModelRef
from tasks.environment.device import inspect_driver
from tasks.environment.handler import NO_GPU, measure_environment
from tasks.environment.throughput import Work
from tasks.environment.tower import ImageTower
from tasks.handler import Blocked, Done, TaskContext

TINY = ModelRef.parse("clip:tiny@random", id="tiny")


@pytest.fixture
def context(tmp_path: Path) -> TaskContext:
    return TaskContext(workspace=tmp_path, scratch=tmp_path, artifact=lambda digest: tmp_path / digest)


def measure(context: TaskContext, *batch_sizes: int) -> Done:
    outcome = measure_environment(EnvironmentSpec(model=TINY, batch_sizes=batch_sizes), context)
    assert isinstance(outcome, Done)
    return outcome


def test_every_batch_size_is_measured_and_the_best_is_the_fastest(context: TaskContext) -> None:
    found = {each.metric: each for each in measure(context, 1, 4).measurements}
    for size in (1, 4):
        each = found[f"throughput/batch_{size}"]
        assert each.low is not None
        assert each.high is not None
        assert 0 < each.low <= each.value <= each.high
        assert (each.unit, each.cited) == ("images/s", True)
        assert each.n is not None
        assert each.n >= 3
    best = max((1, 4), key=lambda size: found[f"throughput/batch_{size}"].value)
    assert found["batch_size/best"].value == best
    assert found["throughput/best"].value == found[f"throughput/batch_{best}"].value
    assert found["batch_size/largest"].value == 4


def test_every_single_timing_is_kept(context: TaskContext) -> None:
    outcome = measure(context, 1, 2)
    kept = json.loads(outcome.files["environment.json"].read_text())
    found = {each.metric: each for each in outcome.measurements}
    for size in ("1", "2"):
        samples = kept["images_per_second"][size]
        assert len(samples) == found[f"throughput/batch_{size}"].n
        assert float(np.median(samples)) == found[f"throughput/batch_{size}"].value


def test_memory_and_processors_are_measured(context: TaskContext) -> None:
    found = {each.metric: each.value for each in measure(context, 1).measurements}
    assert found["memory/total_bytes"] >= found["memory/available_bytes"] > 0
    assert found["memory/total_bytes"] >= found["peak_bytes"] > 0
    assert found["cpu/count"] >= 1
    assert found["gpu/count"] >= 0


@pytest.mark.skipif(inspect_driver() is not None, reason="this machine has an NVIDIA driver")
def test_a_machine_without_a_gpu_is_said_to_have_none(context: TaskContext) -> None:
    outcome = measure(context, 1)
    assert outcome.facts.device == NO_GPU
    assert outcome.facts.driver == "no NVIDIA driver"
    assert {each.metric: each.value for each in outcome.measurements}["gpu/count"] == 0
    assert not any(each.metric.startswith("gpu/memory") for each in outcome.measurements)


def test_the_summary_holds_no_figures_and_the_keys_are_valid_for_the_tracker(context: TaskContext) -> None:
    outcome = measure(context, 1)
    assert not re.search(r"\d", outcome.summary)
    assert all(re.fullmatch(r"[\w\-. :/]+", each.metric) for each in outcome.measurements)
    assert outcome.parameters == {"model": TINY.locator, "batch_sizes": "1", "seed": "0"}


def test_a_batch_that_does_not_fit_is_recorded_beside_the_largest_that_did(
    context: TaskContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    fit_up_to(2, monkeypatch)
    outcome = measure(context, 1, 2, 4, 8)
    assert {each.metric: each.value for each in outcome.measurements}["batch_size/largest"] == 2
    assert outcome.facts.out_of_memory == "at a batch of 4; the largest that fitted is 2"


def test_a_machine_on_which_no_batch_fits_blocks_the_task(
    context: TaskContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    fit_up_to(0, monkeypatch)
    outcome = measure_environment(EnvironmentSpec(model=TINY, batch_sizes=(1, 2)), context)
    assert isinstance(outcome, Blocked)
    assert outcome.reason == "a batch of 1 runs out of memory"


def fit_up_to(largest: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let larger batches run into a real failure to allocate."""
    import torch

    prepare = ImageTower.prepare

    def prepare_up_to(tower: ImageTower, batch_size: int) -> Work:
        return prepare(tower, batch_size if batch_size <= largest else 2**40)

    assert torch.cuda.is_available() or 2**40 * 3 * 32 * 32 * 4 > 2**47, "larger than any address space"
    monkeypatch.setattr(ImageTower, "prepare", prepare_up_to)


@pytest.mark.parametrize("sizes", [(), (0,), (4, -1)])
def test_batch_sizes_below_one_are_bad_input(context: TaskContext, sizes: tuple[int, ...]) -> None:
    with pytest.raises(BadInput, match="batch sizes"):
        measure_environment(EnvironmentSpec(model=TINY, batch_sizes=sizes), context)


@pytest.mark.parametrize("missing", ["torch", "transformers"])
def test_a_missing_library_blocks_the_task_and_names_the_remedy(
    context: TaskContext, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    outcome = measure_environment(EnvironmentSpec(model=TINY), context)
    assert isinstance(outcome, Blocked)
    assert missing in outcome.reason
    assert outcome.remedy == 'pip install "gonogo[diagnostics]"'


def test_importing_the_handler_imports_no_heavy_library() -> None:
    heavy = "{'torch', 'open_clip', 'transformers', 'timm', 'PIL', 'pynvml', 'psutil', 'scipy'}"
    code = f"import sys, tasks.environment.handler; print(sorted({heavy} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
