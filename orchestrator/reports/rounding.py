"""How each metric is printed: the rounding rule that fits it, and the unit that reads best."""

from __future__ import annotations

from orchestrator.reports.figures import Rounding
from store.evidence import Interval

WHOLE, EXACT = Rounding("whole"), Rounding("exact")

_P_VALUES = ("p", "q_p", "shapiro_p")
"""Beside all that starts with `p_`."""
_COUNTS = (
    "sites_seen",
    "sites_expected",
    "images",
    "captions",
    "df",
    "best",
    "count",
    "n_for_medium_effect",
    "draws",
    "compared",
)
_TWO_DECIMALS = ("t", "t_null", "skew", "mde", "standard_errors", "log10_e")
_STANDARDISED = ("dz", "dz_null", "dz_threshold", "d_av", "g_threshold")
_PROBABILITIES = ("power", "error_bound", "error_independent", "look", "alpha", "bound")
_FEWEST_DECIMALS, _MOST_DECIMALS = 3, 6


def presentation(metric: str, value: float, unit: str, interval: Interval | None) -> tuple[Rounding, str]:
    """The rounding rule of a metric and the unit to print beside it."""
    last = metric.rpartition("/")[2]
    if last.startswith("p_") or last in _P_VALUES:
        return Rounding("p", 3), unit
    if last.endswith("bytes") or unit in ("B", "bytes"):
        return _bytes(value)
    if unit == "s" or last.endswith("_s"):
        return _seconds(value)
    if metric.startswith("throughput/"):
        return Rounding("significant", 3), unit or "images/s"
    if unit == "images" or metric.startswith(("count/", "memory/", "gpu/", "cpu/", "batch_size/")) or last in _COUNTS:
        return WHOLE, unit
    if last == "parameters":
        return (Rounding("decimals", 1, 1e6), "million") if abs(value) >= 1e6 else (WHOLE, unit)
    if last in _STANDARDISED:
        return Rounding("decimals", 2), ""
    if last in _TWO_DECIMALS:
        return Rounding("decimals", 2), unit
    if last == "null_error":
        return Rounding("significant", 2), unit
    if last in _PROBABILITIES:
        return Rounding("significant", 3), unit
    return Rounding("decimals", _decimals(interval)), unit


def _decimals(interval: Interval | None) -> int:
    """Enough decimals for the first digit of the interval's half-width, and never fewer than three."""
    half = 0.0 if interval is None else (interval.high - interval.low) / 2
    if half <= 0:
        return _FEWEST_DECIMALS
    return min(max(_FEWEST_DECIMALS, -int(f"{half:.0e}".partition("e")[2])), _MOST_DECIMALS)


def _bytes(value: float) -> tuple[Rounding, str]:
    for divisor, unit in ((2.0**30, "GiB"), (2.0**20, "MiB"), (2.0**10, "KiB")):
        if abs(value) >= divisor:
            return Rounding("significant", 3, divisor), unit
    return WHOLE, "B"


def _seconds(value: float) -> tuple[Rounding, str]:
    if 0 < abs(value) < 1:
        return Rounding("significant", 3, 1e-3), "ms"
    if abs(value) < 600:
        return Rounding("decimals", 1), "s"
    if abs(value) < 7200:
        return Rounding("decimals", 1, 60.0), "min"
    return Rounding("decimals", 1, 3600.0), "h"
