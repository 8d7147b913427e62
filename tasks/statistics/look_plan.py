"""One comparison for every kind of looks: p-values adjusted for them, and the nominal levels these stand for."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from tasks.statistics.e_values import critical_t, critical_z, log_e_normal, log_e_value
from tasks.statistics.intervals import Floats
from tasks.statistics.location import SMALLEST_P
from tasks.statistics.looks import equally_spaced, nominal_level, repeated_p
from tasks.statistics.power import MEDIUM_EFFECT

LookKind = Literal["bonferroni", "pocock", "obrien-fleming", "open"]
"""Boundaries of a fixed number of looks, or `open`: any number, by e-values."""


@dataclass(frozen=True, slots=True)
class LookPlan:
    """How often the data may be looked at, as fixed before the first look. Every look tests all images so far."""

    kind: LookKind = "bonferroni"
    looks: int = 1
    """K, equally spaced. Without meaning when `kind` is open."""
    scale: float = MEDIUM_EFFECT
    """Standardised effect the study is planned for, in SD; it tunes the e-values when `kind` is open."""

    def __post_init__(self) -> None:
        if self.looks < 1:
            raise ValueError(f"looks must be 1 or more, not {self.looks}")
        if not (math.isfinite(self.scale) and self.scale > 0):
            raise ValueError(f"scale must be positive and finite, not {self.scale}")


def effective_images(n: float, shared: float) -> float:
    """Images whose error is that of `n` with a `shared` error, in standard deviations of one image: n/(1 + n·shared²).

    More images than 1/shared² can never be worth so many.
    """
    return n / (1 + n * shared**2)


def adjusted_p(p: Floats, n: int, plan: LookPlan, look: int = 1, shared: float = 0.0) -> Floats:
    """One-sided p-values of any shape, of all `n` images up to `look`, adjusted for the other looks of the `plan`.

    At most alpha exactly where the boundary of level alpha is crossed at this look, whatever alpha is; so they may be
    compared with alpha or combined over models. Those of the two directions of one test never add up to less than 1.
    For an open plan it is min(1, 1/E) with the e-value of the t that has this p. With p of Johnson's t, it holds for
    skewed values as well (`make calibrate`).
    A `shared` error, in standard deviations of one image, leaves less information than n images have. Looks are then
    more alike than a boundary takes them to be, which keeps its level (Slepian 1962, Bell System Technical Journal 41);
    the e-value is that of a normal estimate.
    Raises ValueError for a p outside [0, 1], n < 2 and a look beyond a fixed number.
    """
    if plan.kind == "open":
        return np.clip(np.exp(-log_e(p, n, plan.scale, shared)), SMALLEST_P, 1.0)
    return repeated_p(p, plan.kind, look, equally_spaced(plan.looks))


def log_e(p: Floats, n: int, scale: float, shared: float = 0.0) -> Floats:
    """Natural logarithm of the e-value of the t that has this one-sided p on n − 1 degrees of freedom, of any shape.

    With a `shared` error as in `adjusted_p`, of the z that has it. Raises ValueError for a p outside [0, 1] and n < 2.
    """
    from scipy.special import ndtri, stdtrit

    p = np.asarray(p, dtype=np.float64)
    if not ((p >= 0) & (p <= 1)).all() or n < 2:
        raise ValueError(f"p-values lie in [0, 1], and n is 2 or more, not {n}")
    p = np.clip(p, SMALLEST_P, 1 - np.finfo(np.float64).epsneg)
    if shared > 0:
        return log_e_normal(-ndtri(p), effective_images(n, shared), scale)
    return log_e_value(-stdtrit(n - 1, p), np.array(n), scale)


def look_level(alpha: float, n: int, plan: LookPlan, look: int = 1, shared: float = 0.0) -> float:
    """The nominal one-sided p at which `adjusted_p` is `alpha`; 0 where no p is small enough.

    Raises ValueError as `adjusted_p` does, and for an alpha outside (0, 1).
    """
    from scipy.special import ndtr, stdtr

    if plan.kind == "open" and shared > 0:
        return float(ndtr(-critical_z(alpha, effective_images(n, shared), plan.scale)))
    if plan.kind == "open":
        return float(stdtr(n - 1, -critical_t(alpha, n, plan.scale)))
    return nominal_level(alpha, plan.kind, look, equally_spaced(plan.looks))
