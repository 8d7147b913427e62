"""A study of ten scheduled cycles, each of which looks at all images so far: false GO, by rule."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from agents.assessment.evidence import DecisionRule
from agents.assessment.gate import apply_rule
from benchmarks.calibration.gate_rule import FAR, evidence, p_values
from benchmarks.calibration.many_tests import johnson_tests
from benchmarks.calibration.rows import SHOWN, Bound, Calibration
from benchmarks.calibration.studies import Population, draw
from tasks.statistics.clusters import of_images
from tasks.statistics.intervals import Floats
from tasks.statistics.look_plan import LookKind, LookPlan, adjusted_p, look_level

ALPHA = 0.05
CYCLES = 10
ADDED = 40
"""Images that each cycle adds."""
K, M = 2, 3
KINDS: tuple[LookKind, ...] = ("bonferroni", "pocock", "obrien-fleming", "open")

Flags = NDArray[np.bool_]


def calibrations() -> tuple[Calibration, ...]:
    """All of this suite."""
    null, worst = Population((0.0, 0.0, 0.0), 0.5), Population((FAR, 0.0, 0.0), 0.0)
    return (
        _rules("null data, three models on the threshold, correlation 0.5", null, 500),
        _through_the_gate("null data, three models on the threshold, correlation 0.5", null, 500),
        _rules("one of three collapsed", worst, 20_000),
        _through_the_gate("one of three collapsed", worst, 500),
        *(_by_default(skew) for skew in (-1.5, 1.5)),
    )


def _rules(what: str, population: Population, studies: int) -> Calibration:
    """False GO, 2 of 3, at any of the ten cycles, if each were decided by the rule."""
    plans = [LookPlan(kind, CYCLES) for kind in KINDS]

    def simulate(rng: np.random.Generator, studies: int) -> Floats:
        x = draw(rng, population, studies, CYCLES * ADDED)
        go = np.zeros((studies, 2 + len(plans)), dtype=np.bool_)
        for look in range(1, CYCLES + 1):
            n = look * ADDED
            p = p_values(x[..., :n])
            go[:, 0] |= (x[..., :n].mean(axis=-1) > 0).sum(axis=-1) >= K
            go[:, 1] |= within_levels(p, [ALPHA / j for j in range(1, M + 1)], K)
            for i, plan in enumerate(plans, start=2):
                go[:, i] |= within_levels(p, levels(plan, n, look), K)
        return go.astype(np.float64)

    name = f"ten cycles, {what} ({studies} studies)"
    rows = (
        (f"{name}: two means above the threshold", SHOWN),
        (f"{name}: partial conjunction, looks not corrected for", SHOWN),
        *((f"{name}: partial conjunction, {kind}", Bound(high=ALPHA)) for kind in KINDS),
    )
    return Calibration(name, rows, studies, simulate, batch=2_000)


def _through_the_gate(what: str, population: Population, studies: int) -> Calibration:
    """The same through adjusted p-values and the gate itself, which stops at its first GO."""
    plan, rule = LookPlan("pocock", CYCLES), DecisionRule(K, M, ALPHA, "pocock", CYCLES)

    def simulate(rng: np.random.Generator, studies: int) -> Floats:
        x = draw(rng, population, studies, CYCLES * ADDED)
        go = np.zeros(studies)
        for look in range(1, CYCLES + 1):
            n = look * ADDED
            p = p_values(x[..., :n])
            beyond, short = adjusted_p(p, n, plan, look), adjusted_p(1 - p, n, plan, look)
            for study in np.flatnonzero(go == 0):
                lines = [
                    evidence(str(i), p[study, i], levels(plan, n, look), n, (beyond[study, i], short[study, i]))
                    for i in range(M)
                ]
                go[study] = apply_rule(rule, lines, look).verdict == "GO"
        return go[:, None]

    row = f"ten cycles, {what} ({studies} studies): through the gate, pocock"
    return Calibration(row, ((row, Bound(high=ALPHA)),), studies, simulate, batch=100)


def _by_default(skew: float) -> Calibration:
    """False GO, 2 of 3, at any of ten cycles, by the test and the boundary that a study has unless it says otherwise.

    Of skewed values, from 40 images on.
    """
    population, plan = Population((FAR, 0.0, 0.0), 0.0, skew), LookPlan("obrien-fleming", CYCLES)

    def simulate(rng: np.random.Generator, studies: int) -> Floats:
        x = draw(rng, population, studies, CYCLES * ADDED)
        go = np.zeros(studies, dtype=np.bool_)
        for look in range(1, CYCLES + 1):
            n = look * ADDED
            p = johnson_tests(of_images(x[..., :n]), 0.0, "greater").p
            go |= within_levels(p, levels(plan, n, look), K)
        return go[:, None].astype(np.float64)

    row = f"ten cycles, one of three collapsed, skew {skew:g}: partial conjunction, Johnson's t, obrien-fleming"
    return Calibration(row, ((row, Bound(high=0.055)),), 20_000, simulate, batch=1_000)


def levels(plan: LookPlan, n: int, look: int) -> list[float]:
    """Nominal levels at which adjusted p-values are alpha/1 … alpha/m."""
    return [look_level(ALPHA / j, n, plan, look) for j in range(1, M + 1)]


def within_levels(p: Floats, levels: list[float], k: int) -> Flags:
    """Is "at least k" shown? Nominal p-values [..., m] against the nominal level of each alpha/j, as is the same."""
    strictest_first = np.array(levels[::-1])[:k]
    return np.asarray((np.sort(p, axis=-1)[..., :k] <= strictest_first).all(axis=-1))
