"""Looks at growing data: a fixed number of them, and any number; errors, and images until it stops."""

from __future__ import annotations

import math

import numpy as np

from benchmarks.calibration.counts import shown
from benchmarks.calibration.e_processes import anytime_p, e_partial_conjunction, log_e_process
from benchmarks.calibration.rows import SHOWN, Bound, Calibration
from benchmarks.calibration.studies import Population, draw, growing_johnson_t, p_greater, t_statistics
from tasks.statistics.adequacy import MINIMUM_IMAGES
from tasks.statistics.confidence_sequences import confidence_sequence
from tasks.statistics.e_values import log_e_value
from tasks.statistics.intervals import Floats
from tasks.statistics.looks import equally_spaced, plan_looks
from tasks.statistics.power import sample_size

ALPHA = 0.05
LOOKS = 10
ADDED = 34
"""Images that each of ten looks adds."""
SEEN = [ADDED * look for look in range(1, LOOKS + 1)]
LONG = 2_000
"""Images after which a study of unlimited looks on null data is left."""


def calibrations() -> tuple[Calibration, ...]:
    """All of this suite."""
    return (
        _ten_looks(),
        *(_ten_skewed_looks(skew) for skew in (1.5, -1.5)),
        *(_open_looks(scale, skew) for scale, skew in ((0.2, 0.0), (0.5, 0.0), (0.5, 1.5), (0.5, -1.5))),
        *(_open_models(correlation) for correlation in (0.0, 0.9)),
        *(_stopping(effect, 1.0, MINIMUM_IMAGES, Bound(high=1.3)) for effect in (0.2, 0.3)),
        *(_stopping(0.3, misjudged, MINIMUM_IMAGES, SHOWN) for misjudged in (0.5, 2.0)),
        _stopping(0.5, 1.0, 2, Bound(high=1.3)),
        _stopping(0.5, 1.0, MINIMUM_IMAGES, SHOWN),
        *(_sequence(skew, first) for skew, first in ((0.0, 30), (1.5, 30), (-1.5, 30), (1.5, 100), (-1.5, 100))),
    )


def _ten_looks() -> Calibration:
    """One model on its threshold, tested on 34, 68 … 340 images."""
    fractions = equally_spaced(LOOKS)
    one_sided = [plan_looks(ALPHA, kind, fractions).levels for kind in ("bonferroni", "pocock", "obrien-fleming")]

    def simulate(rng: np.random.Generator, studies: int) -> Floats:
        x = draw(rng, Population((0.0,)), studies, LOOKS * ADDED)[:, 0]
        p = np.column_stack([p_greater(t_statistics(x[:, :n]), n) for n in SEEN])
        two_sided = 2 * np.minimum(p, 1 - p) <= ALPHA
        crossed = [two_sided, p <= ALPHA, *(p <= np.array(levels) for levels in one_sided)]
        return np.column_stack([one.any(axis=1) for one in crossed]).astype(np.float64)

    name = "ten looks at null data, one model"
    rows = (
        (f"{name}: none corrected for, two-sided (0.193 for known variance)", Bound(0.185, 0.205)),
        (f"{name}: none corrected for, one-sided", SHOWN),
        (f"{name}: Bonferroni", Bound(high=ALPHA)),
        (f"{name}: Pocock", Bound(0.045, 0.055)),
        (f"{name}: O'Brien-Fleming", Bound(0.045, 0.055)),
    )
    return Calibration(name, rows, 100_000, simulate, batch=5_000)


def _ten_skewed_looks(skew: float) -> Calibration:
    """The same where values are skewed: Student's t, and Johnson's, which takes the skew into account."""
    levels = np.array(plan_looks(ALPHA, "pocock", equally_spaced(LOOKS)).levels)

    def simulate(rng: np.random.Generator, studies: int) -> Floats:
        x = draw(rng, Population((0.0,), skew=skew), studies, LOOKS * ADDED)[:, 0]
        johnson = growing_johnson_t(x)
        tests = ([t_statistics(x[:, :n]) for n in SEEN], [johnson[:, n - 1] for n in SEEN])
        p = [np.column_stack([p_greater(t, n) for t, n in zip(test, SEEN, strict=True)]) for test in tests]
        return np.column_stack([(one <= levels).any(axis=1) for one in p]).astype(np.float64)

    name = f"ten looks at null data of skew {skew:g}, Pocock"
    rows = ((f"{name}: Student's t", SHOWN), (f"{name}: Johnson's t", Bound(high=0.055)))
    return Calibration(name, rows, 50_000, simulate, batch=5_000)


def _open_looks(scale: float, skew: float) -> Calibration:
    """One model on its threshold, looked at after every image from the thirtieth on."""

    def simulate(rng: np.random.Generator, studies: int) -> Floats:
        x = draw(rng, Population((0.0,), skew=skew), studies, LONG)[:, 0]
        first, n = MINIMUM_IMAGES - 1, np.arange(MINIMUM_IMAGES, LONG + 1, dtype=np.float64)
        student = log_e_process(x, 0.0, scale)[:, first:]
        johnson = log_e_value(growing_johnson_t(x)[:, first:], n, scale)
        evident = [(log_e >= -math.log(ALPHA)).any(axis=1) for log_e in (student, johnson)]
        return np.column_stack(evident).astype(np.float64)

    name = f"a look after every image up to {LONG}, null data of skew {skew:g}, scale {scale:g}"
    rows = (
        (f"{name}: e-values of Student's t", Bound(high=ALPHA) if skew == 0 else SHOWN),
        (f"{name}: e-values of Johnson's t", Bound(high=ALPHA)),
    )
    return Calibration(name, rows, 10_000, simulate, batch=500)


def _open_models(correlation: float) -> Calibration:
    """One of three models plainly collapsed, two on their thresholds: a false "2 of 3" at any of 970 looks."""
    images = 1_000
    population = Population((3.0, 0.0, 0.0), correlation)

    def simulate(rng: np.random.Generator, studies: int) -> Floats:
        log_e = log_e_process(draw(rng, population, studies, images), 0.0, 0.5)[..., MINIMUM_IMAGES - 1 :]
        by_p = shown(np.moveaxis(anytime_p(log_e), 1, -1), ALPHA) >= 2
        by_e = e_partial_conjunction(np.moveaxis(log_e, 1, -1))[..., 1] >= -math.log(ALPHA)
        return np.column_stack([by_p.any(axis=1), by_e.any(axis=1)]).astype(np.float64)

    name = f"a look after every image up to {images}, one of three collapsed, correlation {correlation:g}"
    rows = (
        (f"{name}: false 2 of 3 by anytime p-values", Bound(high=ALPHA)),
        (f"{name}: false 2 of 3 by means of e-values", Bound(high=ALPHA)),
    )
    return Calibration(name, rows, 10_000, simulate, batch=500)


def _stopping(effect: float, misjudged: float, first: int, bound: Bound) -> Calibration:
    """Images until a true effect is found, over those of one look with power 0.8. Nobody is left before that."""
    fixed = math.ceil(sample_size(effect, 0.8, ALPHA, "one-sample", "greater"))

    def simulate(rng: np.random.Generator, studies: int) -> Floats:
        x = draw(rng, Population((effect,)), studies, 40 * fixed)[:, 0]
        evident = log_e_process(x, 0.0, misjudged * effect)[:, first - 1 :] >= -math.log(ALPHA)
        stopped = np.where(evident.any(axis=1), evident.argmax(axis=1) + first, x.shape[1])
        return np.column_stack([stopped / fixed, evident.any(axis=1)]).astype(np.float64)

    planned = "" if misjudged == 1 else f", planned for {misjudged:g} times that"
    name = f"effect {effect:g} SD{planned}, looks from image {first}"
    rows = (
        (f"{name}: mean images until found, over the {fixed} of one look with power 0.8", bound),
        (f"{name}: found", SHOWN),
    )
    return Calibration(name, rows, 5_000, simulate, batch=250)


def _sequence(skew: float, first: int) -> Calibration:
    """The asymptotic confidence sequence of a mean holds at all looks from the first up to image 1,000."""
    images = 1_000

    def simulate(rng: np.random.Generator, studies: int) -> Floats:
        low, high = confidence_sequence(draw(rng, Population((0.0,), skew=skew), studies, images)[:, 0], 0.95, 100)
        covered = np.asarray((low <= 0) & (high >= 0))[:, first - 1 :]
        return np.asarray(covered.all(axis=1, keepdims=True), dtype=np.float64)

    row = f"95 % confidence sequence covers the mean at every image from {first} to {images}, skew {skew:g}"
    return Calibration(row, ((row, Bound(low=0.95) if skew == 0 else SHOWN),), 10_000, simulate, batch=1_000)
