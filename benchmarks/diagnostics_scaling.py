"""How the time that entropies take grows: slopes of a log-log fit over tokens, layers and samples."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from statistics import median

from benchmarks.timing import waiting
from tasks.diagnostics.attention.calls import Projected
from tasks.diagnostics.attention.entropy import measure

ROUNDS = 5


def scaling_lines(device: str) -> Iterator[str]:
    """A line for each quantity that grows; 1 is linear, 2 quadratic."""
    yield "slopes of time, log-log"
    yield _line(
        "tokens", (512, 1024, 2048, 4096), lambda n: _measured(n, 1, 1, device), "2 expected: every pair is looked at"
    )
    yield _line("layers", (1, 2, 4, 8), lambda n: _measured(512, n, 1, device), "1 expected")
    yield _line("samples", (1, 2, 4, 8), lambda n: _measured(512, 1, n, device), "1 expected")


def _line(what: str, sizes: tuple[int, ...], make: Callable[[int], Callable[[], object]], note: str) -> str:
    seconds = [_median(make(size)) for size in sizes]
    shown = ", ".join(f"{size}: {taken * 1e3:.1f} ms" for size, taken in zip(sizes, seconds, strict=True))
    return f"  {what:<8} {_slope(sizes, seconds):.2f}  ({note}; {shown})"


def _measured(tokens: int, layers: int, samples: int, device: str) -> Callable[[], object]:
    """Entropies of 4 heads of width 64, reduced to means."""
    import torch

    q, k = torch.randn(2, samples, 4, tokens, 64, generator=torch.Generator().manual_seed(0)).to(device)
    call = Projected("alone", q, k, None, False, 0.125)
    return waiting(lambda: [measure(call, samples).entropy.mean(-1) for _ in range(layers)])


def _median(work: Callable[[], object]) -> float:
    work()
    taken = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return median(taken)


def _slope(sizes: tuple[int, ...], seconds: list[float]) -> float:
    """Least squares through the logarithms."""
    x, y = [math.log(size) for size in sizes], [math.log(taken) for taken in seconds]
    centre, middle = sum(x) / len(x), sum(y) / len(y)
    covariance = sum((a - centre) * (b - middle) for a, b in zip(x, y, strict=True))
    return covariance / sum((a - centre) ** 2 for a in x)
