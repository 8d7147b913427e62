from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tasks.environment.throughput import (
    FEWEST_REPETITIONS,
    MOST_REPETITIONS,
    WARM_UPS,
    Stopwatch,
    Sweep,
    Throughput,
    Work,
    sweep,
)
from tasks.stopwatch import wall_seconds


def reading(seconds: Iterator[float]) -> Stopwatch:
    """A stopwatch that does the work and then shows the next of the given readings."""

    def stopwatch(work: Work) -> float:
        work()
        return next(seconds)

    return stopwatch


def constant(seconds: float) -> Stopwatch:
    return reading(iter(lambda: seconds, None))


def limited_to(largest: int) -> Callable[[int], Work]:
    """Work that does not fit in memory beyond a batch size, which shows when it is done, as it does with a model."""

    def prepare(batch_size: int) -> Work:
        def work() -> None:
            if batch_size > largest:
                raise RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB")

        return work

    return prepare


def idle(batch_size: int) -> Work:
    return lambda: batch_size


def test_throughput_is_the_median_of_the_repetitions_between_their_quartiles() -> None:
    warm_up, taken = [100.0] * WARM_UPS, [2.0, 1.0, 4.0]
    found = sweep(idle, [8], reading(iter(warm_up + taken)), seconds=7)
    assert found.measured == (Throughput(8, median=4.0, low=3.0, high=6.0, samples=(4.0, 8.0, 2.0)),)


def test_slow_work_is_repeated_no_more_than_it_must_be() -> None:
    assert sweep(idle, [1], constant(60.0), seconds=1).measured[0].repetitions == FEWEST_REPETITIONS


def test_quick_work_is_repeated_no_more_than_is_useful() -> None:
    assert sweep(idle, [1], constant(1e-6), seconds=1).measured[0].repetitions == MOST_REPETITIONS


def test_batch_sizes_share_the_time() -> None:
    assert [each.repetitions for each in sweep(idle, [1, 2], constant(0.25), seconds=5).measured] == [10, 10]


def test_batch_sizes_are_tried_once_each_from_small_to_large() -> None:
    steps: list[tuple[int, int, str]] = []
    found = sweep(idle, [4, 1, 4, 2], constant(1.0), progress=lambda *step: steps.append(step))
    assert [each.batch_size for each in found.measured] == [1, 2, 4]
    assert steps == [(0, 3, "batches of 1"), (1, 3, "batches of 2"), (2, 3, "batches of 4")]


def test_the_best_batch_has_the_highest_median_and_of_equals_is_the_smallest() -> None:
    slow, fast, equal = (
        Throughput(size, median, 0, 0, (median,)) for size, median in ((1, 10.0), (2, 30.0), (4, 30.0))
    )
    assert Sweep((slow, fast, equal), too_large=None).best is fast


def test_the_sweep_ends_at_the_first_batch_that_runs_out_of_memory() -> None:
    found = sweep(limited_to(4), [1, 2, 4, 8, 16], constant(1.0))
    assert [each.batch_size for each in found.measured] == [1, 2, 4]
    assert found.too_large == 8


def test_a_machine_on_which_nothing_fits_has_no_measurement() -> None:
    assert sweep(limited_to(0), [1, 2], constant(1.0)) == Sweep((), too_large=1)


def test_other_failures_are_not_taken_for_a_lack_of_memory() -> None:
    def prepare(batch_size: int) -> Work:
        raise RuntimeError(f"a batch of {batch_size} has the wrong shape")

    with pytest.raises(RuntimeError, match="wrong shape"):
        sweep(prepare, [1])


@pytest.mark.parametrize("sizes", [[], [0, 1], [-2]])
def test_batch_sizes_start_at_one(sizes: list[int]) -> None:
    with pytest.raises(ValueError, match="batch sizes"):
        sweep(idle, sizes)


def test_the_wall_clock_waits_for_the_work() -> None:
    import time

    assert wall_seconds(lambda: time.sleep(0.02)) >= 0.02
