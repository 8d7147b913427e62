"""The GO rule at one look: how often it is wrong, beside a naive rule, and that GO never meets NO_GO."""

from __future__ import annotations

import numpy as np

from agents.assessment.evidence import DecisionRule, Determined, Side
from agents.assessment.gate import apply_rule
from benchmarks.calibration.counts import counting, shown
from benchmarks.calibration.rows import SHOWN, Bound, Calibration
from benchmarks.calibration.studies import Population, draw, p_greater, t_statistics
from tasks.statistics.intervals import Floats
from tasks.statistics.look_plan import LookPlan, look_level
from tasks.statistics.power import power

ALPHA = 0.05
IMAGES = 34
"""Images that find half a standard deviation with power 0.8, two-sided."""
FAR = 3.0
"""Standard deviations at which a model plainly collapses."""


def calibrations() -> tuple[Calibration, ...]:
    """All of this suite."""
    return (
        *(_least_favourable(k, 3, 0.0, Bound(0.045, 0.055)) for k in (1, 2, 3)),
        *(_least_favourable(2, 3, correlation, Bound(high=0.055)) for correlation in (0.6, 0.9)),
        *(_naive(correlation) for correlation in (0.0, 0.9)),
        *(_count(collapsed) for collapsed in (0, 1, 2, 3)),
        _never_both(),
        _same_as_the_gate(),
    )


def p_values(x: Floats) -> Floats:
    """One-sided t-tests of [studies, models, images]: shape [studies, models]."""
    return p_greater(t_statistics(x), x.shape[-1])


def _least_favourable(k: int, m: int, correlation: float, bound: Bound) -> Calibration:
    """All but m − k + 1 models plainly collapse, and these sit on the threshold: a false GO needs one of them only."""
    population = Population((FAR,) * (k - 1) + (0.0,) * (m - k + 1), correlation)

    def simulate(rng: np.random.Generator, studies: int) -> Floats:
        return _column(shown(p_values(draw(rng, population, studies, IMAGES)), ALPHA) >= k)

    row = f"false GO, {k} of {m}, {k - 1} collapsed and the rest on the threshold, correlation {correlation:g}"
    return Calibration(row, ((row, bound),), 100_000, simulate)


def _naive(correlation: float) -> Calibration:
    """A mean above the threshold, in two of three, when one has collapsed: the rule of reports without statistics."""
    population = Population((FAR, 0.0, 0.0), correlation)

    def simulate(rng: np.random.Generator, studies: int) -> Floats:
        x = draw(rng, population, studies, IMAGES)
        naive = (x.mean(axis=-1) > 0).sum(axis=-1) >= 2
        return np.column_stack([naive, shown(p_values(x), ALPHA) >= 2]).astype(np.float64)

    name = f"one of three collapsed, correlation {correlation:g}"
    rows = (
        (f"{name}: two means above the threshold", Bound(0.57, 0.75)),
        (f"{name}: partial conjunction", Bound(high=0.05)),
    )
    return Calibration(name, rows, 100_000, simulate)


def _count(collapsed: int) -> Calibration:
    """û of three models, of which some collapse by half a standard deviation, beside what was computed beforehand."""
    population = Population((0.5,) * collapsed + (0.0,) * (3 - collapsed))

    def simulate(rng: np.random.Generator, studies: int) -> Floats:
        count = shown(p_values(draw(rng, population, studies, IMAGES)), ALPHA)
        return np.column_stack([count > collapsed, count]).astype(np.float64)

    expected = counting(3, ALPHA, lambda level: power(IMAGES, 0.5, level, "one-sample", "greater"), collapsed)
    name = f"û, {collapsed} of three collapsed by 0.5 SD"
    rows = (
        (f"{name}: more than the truth ({expected.error:.4f} computed)", Bound(high=ALPHA)),
        (f"{name}: mean ({expected.mean:.4f} computed)", SHOWN),
    )
    return Calibration(name, rows, 50_000, simulate)


def _never_both() -> Calibration:
    """Models at random distances on both sides of the threshold, 2 of 3."""

    def simulate(rng: np.random.Generator, studies: int) -> Floats:
        p = _anywhere(rng, studies)
        return _column((shown(p, ALPHA) >= 2) & (shown(1 - p, ALPHA) >= 2))

    row = "GO and NO_GO together, 2 of 3, models anywhere"
    return Calibration(row, ((row, Bound(high=0.0)),), 1_000_000, simulate)


def _same_as_the_gate() -> Calibration:
    """The gate itself, study by study, beside the arrays that the other rows are made with."""
    rule, plan = DecisionRule(2, 3, ALPHA), LookPlan()
    levels = [look_level(ALPHA / j, IMAGES, plan) for j in range(1, 4)]

    def simulate(rng: np.random.Generator, studies: int) -> Floats:
        p = _anywhere(rng, studies)
        go, no_go = shown(p, ALPHA) >= 2, shown(1 - p, ALPHA) >= 2
        expected = np.where(go, "GO", np.where(no_go, "NO_GO", "INCONCLUSIVE"))
        given = [
            apply_rule(rule, [evidence(str(i), one, levels) for i, one in enumerate(study)]).verdict for study in p
        ]
        return _column(np.array(given) != expected)

    row = "verdict of the gate differs from that of the arrays, 2 of 3"
    return Calibration(row, ((row, Bound(high=0.0)),), 20_000, simulate, batch=2_000)


def evidence(
    name: str, p: float, levels: list[float], n: int = IMAGES, adjusted: tuple[float, float] | None = None
) -> Determined:
    """A model's line of evidence from its nominal p, and from those `adjusted` for looks in either direction.

    `levels` are the nominal ones of alpha/1 … alpha/m.
    """
    from scipy.special import stdtrit

    def side(nominal: float, p: float) -> Side:
        t = -float(stdtrit(n - 1, nominal))
        shifts = tuple(-float(stdtrit(n - 1, level)) - t for level in levels)
        return Side(p, shifts, (None,) * len(levels))

    beyond, short = adjusted or (p, 1 - p)
    return Determined(name, n, side(p, beyond), side(1 - p, short))


def _anywhere(rng: np.random.Generator, studies: int) -> Floats:
    """P-values of three models that lie 0.3 SD from the threshold, as a rule, on either side, and share images."""
    x = draw(rng, Population((0.0, 0.0, 0.0), 0.5), studies, IMAGES)
    return p_values(x + 0.3 * rng.standard_normal((studies, 3, 1)))


def _column(values: Floats | np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> Floats:
    return np.asarray(values, dtype=np.float64)[:, None]
