"""Means over models that share images: what each reading errs on a true null."""

from __future__ import annotations

import numpy as np

from benchmarks.calibration.rows import SHOWN, Bound, Calibration
from benchmarks.calibration.studies import Population, draw
from tasks.statistics.crossed import crossed
from tasks.statistics.intervals import Floats
from tasks.statistics.location import p_values
from tasks.statistics.meta_analysis import Estimate, meta_analysis

ALPHA, IMAGES, STUDIES = 0.05, 34, 20_000


def calibrations() -> tuple[Calibration, ...]:
    """All of this suite."""
    return tuple(_readings(models, correlation) for models in (3, 5) for correlation in (0.0, 0.6))


def _readings(models: int, correlation: float) -> Calibration:
    """Two-sided tests at 5 % of one mean over `models`, all of which sit on the tested value."""
    population = Population((0.0,) * models, correlation)

    def simulate(rng: np.random.Generator, studies: int) -> Floats:
        x = draw(rng, population, studies, IMAGES)
        variances = x.var(axis=-1, ddof=1) / IMAGES
        pooled = [meta_analysis(x.mean(axis=-1), variances, how) for how in ("DL", "PM")]
        means = x.mean(axis=1)
        t = means.mean(axis=-1) / (means.std(axis=-1, ddof=1) / IMAGES**0.5)
        random = crossed(x)
        found = [
            p_values(t, IMAGES - 1) <= ALPHA,
            p_values(random.mean / random.error, random.df) <= ALPHA,
            *(_leaves_out_zero(one.random) for one in pooled),
            _leaves_out_zero(pooled[0].hartung_knapp),
        ]
        return np.column_stack(found).astype(np.float64)

    name = f"{models} models on the tested value, correlation {correlation:g}"
    readings = (
        ("fixed set of models, t over images", Bound(0.045, 0.055)),
        ("crossed random effects", SHOWN),
        ("DerSimonian-Laird, as if independent", SHOWN),
        ("Paule-Mandel, as if independent", SHOWN),
        ("Hartung-Knapp, as if independent", SHOWN),
    )
    return Calibration(name, tuple((f"{name}: {reading}", bound) for reading, bound in readings), STUDIES, simulate)


def _leaves_out_zero(estimate: Estimate) -> Floats:
    return np.asarray((estimate.low > 0) | (estimate.high < 0), dtype=np.float64)
