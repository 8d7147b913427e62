"""Seconds of some work, by the clock that fits where it runs."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

Work = Callable[[], object]
Stopwatch = Callable[[Work], float]
"""Does the work and returns the seconds that it took, waiting for a device that runs by itself."""


def stopwatch_of(device: torch.device) -> Stopwatch:
    """The stopwatch of a device."""
    return cuda_seconds if device.type == "cuda" else wall_seconds


def wall_seconds(work: Work) -> float:
    """Stopwatch for work that is done when it returns."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def cuda_seconds(work: Work) -> float:
    """Stopwatch for work on the current CUDA stream, by events on the device."""
    import torch

    begin = torch.cuda.Event(enable_timing=True)  # type: ignore[no-untyped-call]
    end = torch.cuda.Event(enable_timing=True)  # type: ignore[no-untyped-call]
    begin.record()
    work()
    end.record()
    end.synchronize()
    return float(begin.elapsed_time(end)) / 1000
