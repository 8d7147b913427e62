"""What would decide a model: how far its mean would have to lie from where it is, and how many images it takes."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tasks.statistics.adequacy import MINIMUM_IMAGES
from tasks.statistics.e_values import critical_t
from tasks.statistics.look_plan import LookPlan, adjusted_p, log_e, look_level
from tasks.statistics.noncentral import noncentral_t_cdf
from tasks.statistics.power import sample_size
from tasks.statistics.shared_error import NOTHING_SHARED, SharedError

_MOST_IMAGES = 10**9
_FARTHEST = 1e6
"""Standard errors beyond which no shift is looked for."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One direction of one model's test, beside the levels alpha/1 … alpha/m that partial conjunction may ask of it."""

    p: float
    """Adjusted for looks, not for models."""
    log_e: float
    """Natural logarithm of the e-value of all images so far, which holds after any number of looks."""
    shifts: tuple[float, ...]
    """By level: how far the mean would have to shift, in its standard errors and towards this direction, for the
    adjusted p to be that level; negative where p is below it already. Infinite where no shift suffices."""
    images: tuple[int | None, ...]
    """By level: images in all at which the test reaches it with power 0.8, were the standardised effect the one that
    was observed. None where the effect is not in this direction or too small for a billion."""


def standing(
    p_of_shift: Callable[[float], float],
    effect: float,
    n: int,
    alpha: float,
    models: int,
    plan: LookPlan,
    look: int = 1,
    shared: SharedError = NOTHING_SHARED,
) -> Standing:
    """How one direction of a model's test stands after `n` images, at `look` (from 1) of the `plan`, among `models`.

    `p_of_shift` gives the nominal one-sided p if the mean lay that many standard errors further in this direction; it
    descends, and at 0 it is the p of the data. `effect` is the mean less the threshold in standard deviations, positive
    in this direction; `shared` is the error that all images share, in the same unit. Raises ValueError for an
    alpha outside (0, 1), and a look that was not planned.
    """
    levels = [alpha / j for j in range(1, models + 1)]
    later = look if plan.kind == "open" else min(look + 1, plan.looks)
    nominal = np.array(p_of_shift(0.0))
    return Standing(
        p=float(adjusted_p(nominal, n, plan, look, shared.error)),
        log_e=float(log_e(nominal, n, plan.scale, shared.error)),
        shifts=tuple(shift_to(look_level(level, n, plan, look, shared.error), p_of_shift) for level in levels),
        images=tuple(images_needed(effect, level, plan, later, shared=shared) for level in levels),
    )


def shift_to(level: float, p_of_shift: Callable[[float], float]) -> float:
    """The shift at which the descending `p_of_shift` is `level`; infinite where it is beyond a million either way."""
    from scipy.optimize import brentq

    def excess(shift: float) -> float:
        return math.log(level) - math.log(p_of_shift(shift))

    if level <= 0:
        return math.inf
    low, high = -1.0, 1.0
    while excess(low) > 0:
        low *= 2
        if low < -_FARTHEST:
            return -math.inf
    while excess(high) < 0:
        high *= 2
        if high > _FARTHEST:
            return math.inf
    return float(brentq(excess, low, high, xtol=1e-10))


def images_needed(
    effect: float,
    level: float,
    plan: LookPlan,
    look: int = 1,
    target: float = 0.8,
    shared: SharedError = NOTHING_SHARED,
) -> int | None:
    """Images in all at which a one-sided test of the true `effect` (in SD) crosses the boundary of `level` at `look`.

    With probability `target`, and at that look alone, so that a plan of several looks is not credited with the others.
    Never below the minimum of a sample; None where a billion images are too few, as for an effect of zero or less, and
    where the error that they share, `shared` in SD, leaves less than it takes however many there are.
    """
    if shared.error == 0 or not effect > 0:
        return _images_alone(effect, level, plan, look, target)

    fixed = None if plan.kind == "open" else look_level(level, MINIMUM_IMAGES, plan, look)

    def found(n: int) -> bool:
        """By the test of Welch and Satterthwaite, whose t is noncentral to a good approximation."""
        from scipy.special import stdtrit

        whole = shared.added(1 / math.sqrt(n), n - 1)
        nominal = look_level(level, n, plan, look, shared.error) if fixed is None else fixed
        critical = -float(stdtrit(whole.freedom, nominal))
        return 1 - noncentral_t_cdf(critical, whole.freedom, effect / whole.error) >= target

    return _smallest(found)


def _images_alone(effect: float, level: float, plan: LookPlan, look: int, target: float) -> int | None:
    """Images whose error is small enough, if they share none."""
    if not effect > 0:
        return None
    if plan.kind == "open":
        return _open_images(effect, level, plan.scale, target)
    nominal = look_level(level, MINIMUM_IMAGES, plan, look)
    try:
        return max(MINIMUM_IMAGES, math.ceil(sample_size(effect, target, nominal, "one-sample", "greater")))
    except ValueError:
        return None


def _open_images(effect: float, level: float, scale: float, target: float) -> int | None:
    """Bisection over n: the critical t of an e-value grows with the logarithm of n, the noncentrality with its root."""

    def found(n: int) -> bool:
        return 1 - noncentral_t_cdf(critical_t(level, n, scale), n - 1, effect * math.sqrt(n)) >= target

    return _smallest(found)


def _smallest(found: Callable[[int], bool]) -> int | None:
    """The fewest images from the minimum of a sample on at which `found`, which then stays, is true; by bisection."""
    low, high = MINIMUM_IMAGES - 1, MINIMUM_IMAGES
    while not found(high):
        low, high = high, 2 * high
        if high > _MOST_IMAGES:
            return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if found(middle) else (middle, high)
    return high
