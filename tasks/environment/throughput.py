"""Images a second over batch sizes: repeated timing of whatever encodes a batch, up to the largest that fits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from tasks.handler import Progress, silent
from tasks.memory import is_out_of_memory
from tasks.stopwatch import Stopwatch, Work, wall_seconds

WARM_UPS = 1
FEWEST_REPETITIONS = 3
MOST_REPETITIONS = 50


@dataclass(frozen=True, slots=True)
class Throughput:
    """Images a second at one batch size."""

    batch_size: int
    median: float
    low: float
    """First quartile of the repetitions."""
    high: float
    """Third quartile of the repetitions."""
    samples: tuple[float, ...]
    """Of each repetition, in the order in which they were timed."""

    @property
    def repetitions(self) -> int:
        """How often the batch was encoded, warm-ups left out."""
        return len(self.samples)


@dataclass(frozen=True, slots=True)
class Sweep:
    """Throughput over batch sizes, in ascending order."""

    measured: tuple[Throughput, ...]
    too_large: int | None
    """The first batch size that ran out of memory; larger ones were not tried."""

    @property
    def best(self) -> Throughput:
        """The highest median throughput, of equals that of the smallest batch. Raises ValueError when none fitted."""
        return max(self.measured, key=lambda found: found.median)


def sweep(
    prepare: Callable[[int], Work],
    batch_sizes: Sequence[int],
    stopwatch: Stopwatch = wall_seconds,
    seconds: float = 6.0,
    progress: Progress = silent,
) -> Sweep:
    """Time `prepare(batch_size)`, which makes the batch and returns the work of encoding it, for every batch size.

    Sizes are tried in ascending order, up to the first that runs out of memory. Each has an equal part of `seconds`, in
    which it is repeated as often as fits, but at least `FEWEST_REPETITIONS` times, after `WARM_UPS` that do not count.
    Raises ValueError when a size is below one or there is none; whatever else the work raises passes through.
    """
    sizes = sorted(set(batch_sizes))
    if not sizes or sizes[0] < 1:
        raise ValueError(f"batch sizes are one or more whole numbers from 1 on, not {tuple(batch_sizes)}")
    measured: list[Throughput] = []
    for done, size in enumerate(sizes):
        progress(done, len(sizes), f"batches of {size}")
        try:
            taken = _repeat(prepare(size), stopwatch, seconds / len(sizes))
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
            return Sweep(tuple(measured), too_large=size)
        samples = tuple(size / seconds for seconds in taken)
        low, median, high = np.quantile(samples, (0.25, 0.5, 0.75))
        measured.append(Throughput(size, float(median), float(low), float(high), samples))
    return Sweep(tuple(measured), too_large=None)


def _repeat(work: Work, stopwatch: Stopwatch, seconds: float) -> list[float]:
    """Seconds of each repetition, the warm-ups left out."""
    for _ in range(WARM_UPS):
        stopwatch(work)
    taken: list[float] = []
    while len(taken) < FEWEST_REPETITIONS or (len(taken) < MOST_REPETITIONS and sum(taken) < seconds):
        taken.append(stopwatch(work))
    return taken
