from __future__ import annotations

import pytest
import torch

from store.errors import Unfit
from tasks.diagnostics.devices import find_device

GPUS = torch.cuda.device_count() if torch.cuda.is_available() else 0


def test_auto_is_the_first_gpu_or_else_the_cpu() -> None:
    assert find_device("auto").type == ("cuda" if GPUS else "cpu")
    assert find_device("cpu").type == "cpu"


@pytest.mark.parametrize("name", ["cuda:127", "cuda:200", "cuda:255", "cuda:256", "cuda:999"])
def test_a_gpu_that_is_not_here_is_refused_and_nothing_takes_its_place(name: str) -> None:
    """PyTorch keeps numbers of devices in eight bits: to it cuda:256 is cuda:0, and cuda:255 whichever is in use."""
    with pytest.raises(Unfit, match=f"device {name}: .*GPUs here .* auto or cpu"):
        find_device(name)


@pytest.mark.skipif(GPUS > 0, reason="there is a GPU")
@pytest.mark.parametrize("name", ["cuda", "cuda:0"])
def test_without_a_gpu_none_is_taken_for_the_cpu(name: str) -> None:
    with pytest.raises(Unfit, match=f"device {name}: there are no GPUs here that PyTorch can use; give auto or cpu"):
        find_device(name)


def test_those_that_are_here_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda index: f"Abacus {index}")
    with pytest.raises(Unfit, match=r"cuda:2: the GPUs here are cuda:0 \(Abacus 0\), cuda:1 \(Abacus 1\); give one"):
        find_device("cuda:2")


@pytest.mark.skipif(GPUS > 0, reason="there is a GPU")
def test_one_that_is_here_and_does_not_work_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)

    def broken(*_: object, device: torch.device) -> None:
        raise RuntimeError(f"no kernel image is available on {device}")

    monkeypatch.setattr(torch, "zeros", broken)
    with pytest.raises(Unfit, match=r"device cuda:0 does not work .no kernel image is available on cuda:0"):
        find_device("cuda:0")
