from __future__ import annotations

import platform

import numpy as np
import psutil
import pytest

from tasks.environment.device import Torch, inspect_driver, inspect_machine, inspect_torch


def test_the_machine_is_this_one() -> None:
    machine = inspect_machine()
    assert machine.cpu
    assert 1 <= machine.cpus <= (psutil.cpu_count() or 1)
    assert 0 < machine.memory_available <= machine.memory_total == psutil.virtual_memory().total
    assert machine.load >= 0
    assert machine.python.endswith(platform.python_version())
    assert machine.libraries["numpy"] == np.__version__


def test_libraries_that_are_not_installed_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tasks.environment.device.LIBRARIES", ("numpy", "no-such-distribution"))
    assert list(inspect_machine().libraries) == ["numpy"]


def test_torch_is_what_is_installed() -> None:
    import torch

    found = inspect_torch()
    assert found.version == torch.__version__
    assert found.device == ("cuda" if torch.cuda.is_available() else "cpu")
    assert len(found.gpus) == (torch.cuda.device_count() if torch.cuda.is_available() else 0)


@pytest.mark.skipif(inspect_driver() is not None, reason="this machine has an NVIDIA driver")
def test_no_driver_is_no_failure() -> None:
    assert inspect_driver() is None
    assert inspect_torch().gpus == ()


def test_without_gpus_models_run_on_the_cpu() -> None:
    assert Torch("2.15.0", cuda="13.2", cudnn=None, gpus=(), threads=2).device == "cpu"
