"""Any number of looks: e-values of a t-test whose error is kept at every stopping time."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from tasks.statistics.intervals import Floats


def log_e_value(t: Floats, n: Floats, scale: float) -> Floats:
    """Natural logarithm of the e-value of a one-sided t-test; `t` and `n` of any shapes that broadcast.

    `t` is Student's statistic of `n` ≥ 2 images, turned so that it is positive on the side of the alternative. The null
    hypothesis is a mean of at most τ, of a normal distribution with any variance. The alternative is a mixture: its
    standardised effect is half-normal with the given `scale`, in standard deviations, which is best set to the effect
    that the study is planned for. While images are added in an order that was fixed, the e-value ever reaches 1/alpha
    with probability alpha at most under the null hypothesis.
    Raises ValueError for a scale that is not positive and finite, for n < 2 and for NaN.
    Source: Lai (1976), "On confidence sequences", Annals of Statistics 4; Wang and Ramdas (2023), "Anytime-valid
    t-tests and confidence sequences for Gaussian means with unknown variance", whose scale-invariant martingale with a
    normal mixture this is, the mixture cut to positive effects: E then grows with t, so that a mean below τ lowers it.
    """
    t, n = np.asarray(t, dtype=np.float64), np.asarray(n, dtype=np.float64)
    if not (n >= 2).all() or np.isnan(t).any():
        raise ValueError("an e-value needs numbers t, and n of 2 or more")
    with np.errstate(invalid="ignore"):
        cosine = np.where(np.isinf(t), np.sign(t), t / np.hypot(t, np.sqrt(n - 1)))
    return log_e_of_cosine(cosine, n, scale)


def log_e_normal(z: Floats, information: Floats | float, scale: float) -> Floats:
    """The same for a z that is normal with variance 1, of any shape; what `log_e_value` is for many images.

    `information` is the inverse of the estimate's variance, in images: n where only images vary, less where a part of
    the error does not shrink with them. A sequence of estimates whose later ones hold the earlier keeps the error at
    every stopping time, as its scores are a Brownian motion in their information. Raises ValueError for a scale or an
    information that is not positive and finite, and for NaN.
    Source: Robbins (1970), "Statistical methods related to the law of the iterated logarithm", Annals of Mathematical
    Statistics 41; Jennison and Turnbull (2000), "Group Sequential Methods", ch. 3, for the scores.
    """
    from scipy.special import log_ndtr

    z, information = np.asarray(z, dtype=np.float64), np.asarray(information, dtype=np.float64)
    if not (math.isfinite(scale) and scale > 0 and (information > 0).all() and np.isfinite(information).all()):
        raise ValueError("an e-value needs a scale and an information that are positive and finite")
    if np.isnan(z).any():
        raise ValueError("an e-value needs numbers z")
    spread = information * scale**2
    shrunk = spread / (1 + spread)
    found: Floats = math.log(2) - 0.5 * np.log1p(spread) + 0.5 * shrunk * z**2 + log_ndtr(z * np.sqrt(shrunk))
    return found


def critical_t(level: float, n: int, scale: float) -> float:
    """The t at which `n` images have an e-value of 1/`level`; infinite where none is as large.

    Raises ValueError for a level outside (0, 1) and as `log_e_value` does.
    """

    def log_e(t: float) -> float:
        return float(log_e_value(np.array(t), np.array(n), scale))

    _check_level(level)
    return math.inf if log_e(math.inf) + math.log(level) <= 0 else _critical(level, log_e)


def critical_z(level: float, information: float, scale: float) -> float:
    """The z at which an estimate of that `information` has an e-value of 1/`level`; raises as `critical_t` does."""
    _check_level(level)
    return _critical(level, lambda z: float(log_e_normal(np.array(z), information, scale)))


def _check_level(level: float) -> None:
    if not 0 < level < 1:
        raise ValueError(f"level must lie strictly between 0 and 1, not {level}")


def _critical(level: float, log_e: Callable[[float], float]) -> float:
    """Where a rising log e-value that is below 0 at 0 reaches −log level."""
    from scipy.optimize import brentq

    def excess(at: float) -> float:
        return log_e(at) + math.log(level)

    high = 1.0
    while excess(high) < 0:
        high *= 2
    return float(brentq(excess, 0.0, high, xtol=1e-12, rtol=1e-14))


def log_e_of_cosine(cosine: Floats, n: Floats, scale: float) -> Floats:
    """Logarithm of E from w = Σ(x − τ)/√(n·Σ(x − τ)²), the cosine of the angle between values and ones.

    With the right Haar measure on σ the likelihood ratio of effect δ is e^(−nδ²/2) times the mean of
    exp(R·δ·√n·w), R being chi on n degrees of freedom. Over a half-normal δ of scale g, with ρ = ng²/(1 + ng²), that is
    2·(1 + ng²)^(−1/2)·(1 − ρw²)^(−n/2)·P(T ≤ w·√(nρ/(1 − ρw²))), T being Student's t on n degrees of freedom.
    """
    from scipy.special import stdtr

    if not (math.isfinite(scale) and scale > 0):
        raise ValueError(f"scale must be positive and finite, not {scale}")
    information = n * scale**2
    shrunk = information / (1 + information)
    left = 1 - shrunk * cosine**2
    with np.errstate(divide="ignore"):  # log 0 = -inf where the data lie far on the other side
        tail = np.log(stdtr(np.maximum(n, 1.0), cosine * np.sqrt(n * shrunk / left)))
    found: Floats = math.log(2) + tail - 0.5 * np.log1p(information) - 0.5 * n * np.log(left)
    return found
