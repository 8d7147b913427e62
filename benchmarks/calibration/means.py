"""Tests and intervals of a mean: what skew, correlation and an estimated null do to them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from benchmarks.calibration.counts import shown
from benchmarks.calibration.many_tests import johnson_tests, t_tests
from benchmarks.calibration.rows import SHOWN, Bound, Calibration
from benchmarks.calibration.studies import Population, draw
from tasks.statistics.bootstrap import mean_intervals
from tasks.statistics.bootstrap_t import bootstrap_ts
from tasks.statistics.clusters import of_images
from tasks.statistics.intervals import Floats, t_interval
from tasks.statistics.location import p_values
from tasks.statistics.resampling import draw as resamples
from tasks.statistics.shared_error import reference

ALPHA = 0.05
KEPT = Bound(high=0.055)
COVERED = Bound(0.94, 0.96)
RESAMPLES = 2_000
SIZES = (34, 100)

Draw = Callable[[np.random.Generator, int, int], Floats]
"""So many studies of so many images of one model on its threshold at 0: shape [studies, images]."""


def calibrations() -> tuple[Calibration, ...]:
    """All of this suite."""
    return (
        *(_errors(f"skew {skew:g}", _skewed(skew), n) for n in SIZES for skew in (0.0, 1.5, -1.5)),
        _errors("a ceiling that half the images reach", _ceiling, SIZES[0]),
        *(_false_go(correlation, skew) for correlation in (0.0, 0.9) for skew in (1.5, -1.5)),
        *(_coverage(skew, n) for n in SIZES for skew in (0.0, 1.0, 2.0)),
        *(_estimated_null(ratio) for ratio in (0.25, 1.0, 4.0)),
    )


def _skewed(skew: float) -> Draw:
    def simulate(rng: np.random.Generator, studies: int, images: int) -> Floats:
        return draw(rng, Population((0.0,), skew=skew), studies, images)[:, 0]

    return simulate


def _ceiling(rng: np.random.Generator, studies: int, images: int) -> Floats:
    """A share that is 1 in half of the images and uniform in the others; its mean is 0.75, and its skew -0.7."""
    x = rng.random((studies, images))
    return np.where(rng.random((studies, images)) < 0.5, 1.0, x) - 0.75


def _errors(what: str, simulated: Draw, n: int) -> Calibration:
    """One-sided tests, in either direction, of a mean that is the tested value."""

    def simulate(rng: np.random.Generator, studies: int) -> Floats:
        x = of_images(simulated(rng, studies, n))
        drawn = resamples(n, rng, RESAMPLES)
        found = [
            test.p <= ALPHA
            for ask in (t_tests, johnson_tests, lambda x, value, side: bootstrap_ts(x, drawn, value, side))
            for test in (ask(x, 0.0, side) for side in ("greater", "less"))
        ]
        return np.column_stack(found).astype(np.float64)

    name = f"a mean on the threshold, {what}, {n} images"
    rows = [
        (f"{name}: {test}, {side}", bound)
        for test, bound in (("Student's t", SHOWN), ("Johnson's t", KEPT), ("bootstrap-t", SHOWN))
        for side in ("above", "below")
    ]
    return Calibration(name, tuple(rows), 100_000, simulate, batch=1_000)


def _false_go(correlation: float, skew: float) -> Calibration:
    """Two of three, when one plainly collapses and the others sit on their threshold."""
    n, population = SIZES[0], Population((3.0, 0.0, 0.0), correlation, skew)

    def simulate(rng: np.random.Generator, studies: int) -> Floats:
        x = of_images(draw(rng, population, studies, n))
        return np.column_stack(
            [shown(ask(x, 0.0, "greater").p, ALPHA) >= 2 for ask in (t_tests, johnson_tests)]
        ).astype(np.float64)

    name = f"false GO, 2 of 3, skew {skew:g}, correlation {correlation:g}, {n} images"
    return Calibration(name, ((f"{name}: Student's t", SHOWN), (f"{name}: Johnson's t", KEPT)), 100_000, simulate)


def _coverage(skew: float, n: int) -> Calibration:
    """95 % intervals of a mean that is 0."""

    def simulate(rng: np.random.Generator, studies: int) -> Floats:
        x = draw(rng, Population((0.0,), skew=skew), studies, n)[:, 0]
        drawn, images = resamples(n, rng, RESAMPLES), of_images(x)
        bounds = [t_interval(x.T)]
        bounds += [(one.low, one.high) for one in (mean_intervals(images, drawn, 0.95, how) for how in _METHODS)]
        bounds += [(one.low, one.high) for one in (bootstrap_ts(images, drawn),)]
        return np.column_stack([(low <= 0) & (high >= 0) for low, high in bounds]).astype(np.float64)

    name = f"95 % interval covers a mean, skew {skew:g}, {n} images"
    methods = (("Student's t", SHOWN), *((method, SHOWN) for method in _METHODS), ("bootstrap-t", COVERED))
    return Calibration(name, tuple((f"{name}: {method}", bound) for method, bound in methods), 50_000, simulate, 1_000)


_METHODS = ("percentile", "BCa")


def _estimated_null(ratio: float) -> Calibration:
    """A loss of exactly one half, of a model that is one more draw of its architecture beside eight others.

    `ratio` is the standard deviation between draws over the standard error that the images leave.
    """
    draws, images, n, of_images_sd = 8, 32, 40, 0.03
    between = ratio * 2 * of_images_sd / n**0.5  # the model keeps half of what its own draw has

    def simulate(rng: np.random.Generator, studies: int) -> Floats:
        of_draws = 0.8 + rng.normal(0, between, (studies, draws + 1))
        nulls = of_draws[:, 1:, None] + rng.normal(0, 0.005, (studies, draws, images))
        x = 0.5 * of_draws[:, :1] + rng.normal(0, of_images_sd, (studies, n))
        losses = 1 - x / nulls.mean(axis=(1, 2))[:, None]
        alone = t_tests(of_images(losses), 0.5, "greater")
        return np.column_stack([alone.p <= ALPHA, _with_the_null(losses, nulls) <= ALPHA]).astype(np.float64)

    name = f"a loss of one half, {ratio:g} times the error of images between eight random initialisations"
    rows = ((f"{name}: null taken as known", SHOWN), (f"{name}: error of the null in the test", KEPT))
    return Calibration(name, rows, 20_000, simulate, batch=2_000)


def _with_the_null(losses: Floats, nulls: Floats) -> Floats:
    """One-sided p-values of losses above one half, study by study, as the study's own test forms them."""
    error, df = losses.std(axis=1, ddof=1) / losses.shape[1] ** 0.5, losses.shape[1] - 1
    whole = [reference(null).shared(0.5).added(float(one), df) for null, one in zip(nulls, error, strict=True)]
    t = (losses.mean(axis=1) - 0.5) / np.array([each.error for each in whole])
    return p_values(t, np.array([each.freedom for each in whole]), "greater")
