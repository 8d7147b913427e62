"""How well measures tell members apart, whatever the limit: receiver operating characteristics in a few numbers."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

import numpy as np

from benchmarks.validity.members import Row
from store.kinds.diagnostics_collapse import KIND_NAMES

_APART = 1e-9
"""By how much a bound is looked for away from the area, which at 0 and at 1 solves the same equation."""


def separation(rows: Sequence[Row]) -> str:
    """A line a kind: those that were made so beside the sound ones."""
    lines = [
        "| Kind | AUC | At no false alarm | Made so, most and least | Sound, nearest to the limit |",
        "|---|---|---|---|---|",
    ]
    for kind in KIND_NAMES:
        made = [row.ratios[kind] for row in rows if row.job.kind == kind and kind in row.ratios]
        sound = [row.ratios[kind] for row in rows if row.job.is_sound and kind in row.ratios]
        if made and sound:
            span = f"{max(0.0, min(made)):.2f} to {max(0.0, max(made)):.2f}"
            lines.append(f"| {kind} | {_auc(made, sound)} | {_clear(made, sound)} | {span} | {min(sound):.2f} |")
    return "\n".join(lines)


def separation_of_harm(rows: Sequence[Row]) -> str:
    """A line for each way of telling harm."""
    lines = ["| | AUC | At no false alarm |", "|---|---|---|"]
    for name, of in (("alone", lambda row: -row.saved), ("beside", lambda row: -row.above)):
        harmed = [of(row) for row in rows if row.harmed]
        others = [of(row) for row in rows if not row.harmed]
        if harmed and others:
            lines.append(f"| {name} | {_auc(harmed, others)} | {_clear(harmed, others)} |")
    return "\n".join(lines)


def area(low: Sequence[float], high: Sequence[float]) -> float:
    """Share of pairs of which the first is lower, ties by half."""
    first, second = np.array(low)[:, None], np.array(high)[None, :]
    return float((first < second).mean() + (first == second).mean() / 2)


def bounds(value: float, m: int, n: int) -> tuple[float, float]:
    """95 % bounds of an area from m and n values, by the score method of Newcombe (2006), Stat. Med. 25:559, method 5.

    They do not shrink to nothing where all pairs are in the right order.
    """
    from scipy.optimize import brentq

    half = (m + n) / 2 - 1

    def reach(of: float) -> float:
        variance = of * (1 - of) * (1 + half * ((1 - of) / (2 - of) + of / (1 + of))) / (m * n)
        return 1.96 * sqrt(variance)

    low = brentq(lambda of: of + reach(of) - value, 0, value - _APART) if value > 0 else 0.0
    high = brentq(lambda of: of - reach(of) - value, value + _APART, 1) if value < 1 else 1.0
    return float(low), float(high)


def _auc(low: Sequence[float], high: Sequence[float]) -> str:
    value = area(low, high)
    at_least, at_most = bounds(value, len(low), len(high))
    return f"{value:.2f} [{at_least:.2f}, {at_most:.2f}]"


def _clear(low: Sequence[float], high: Sequence[float]) -> str:
    return f"{sum(value < min(high) for value in low)} of {len(low)}"
