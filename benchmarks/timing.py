"""Interleaved timing: ours and the peer's take turns, so that a noisy machine is noisy for both."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    what: str
    ours: str
    peer: str
    ratio: float
    peer_is: str


def interleaved(ours: Callable[[], object], peer: Callable[[], object], rounds: int) -> tuple[float, float]:
    """Median seconds of each, after one unmeasured round. Work on a device has to wait for it, as `waiting` does."""
    ours(), peer()
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        for work, taken in zip((ours, peer), times, strict=True):
            started = time.perf_counter()
            work()
            taken.append(time.perf_counter() - started)
    return median(times[0]), median(times[1])


def waiting(work: Callable[[], object]) -> Callable[[], None]:
    """The work, until the GPU has done it too."""

    def wait() -> None:
        import torch

        work()
        if torch.cuda.is_available():
            torch.cuda.synchronize()

    return wait


def compared(what: str, ours_s: float, peer_s: float, peer_is: str, unit: str = "ms", per: float = 1.0) -> Row:
    """A row of two times, each divided by `per`."""
    scale = {"s": 1.0, "ms": 1e3, "µs": 1e6}[unit]
    shown = [f"{seconds / per * scale:.2f} {unit}" for seconds in (ours_s, peer_s)]
    return Row(what, shown[0], shown[1], ours_s / peer_s, peer_is)
