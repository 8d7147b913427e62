"""The noncentral t distribution, on which power and the intervals of effect sizes rest."""

from __future__ import annotations

import math

import numpy as np

from tasks.statistics.adequacy import Floats


def noncentral_t_cdf(t: float, df: float, delta: float) -> float:
    """P(T ≤ t) of a noncentral t on `df` ≥ 1 degrees of freedom with noncentrality `delta`.

    Computed by scipy's series, and by integration where that gives no number, as in far tails and next to t = 0.
    Source: Johnson, Kotz and Balakrishnan (1995), "Continuous Univariate Distributions" vol. 2, ch. 31.
    """
    return float(noncentral_t_cdfs(np.float64(t), np.float64(df), np.float64(delta)))


def noncentral_t_cdfs(t: Floats | np.float64, df: Floats | np.float64, delta: Floats | np.float64) -> Floats:
    """The same for arrays that broadcast together, one probability each."""
    from scipy.special import nctdtr

    found = np.asarray(nctdtr(df, delta, t), dtype=np.float64)
    if np.isnan(found).any():
        for at in np.argwhere(np.isnan(found)):
            each = (float(np.broadcast_to(part, found.shape)[tuple(at)]) for part in (t, df, delta))
            found[tuple(at)] = integrated_cdf(*each)
    return found


def integrated_cdf(t: float, df: float, delta: float) -> float:
    """The same to about 1e-8, from the definition T = (Z + δ)/S with Z normal and S = χ/√ν independent of it.

    For t > 0, T ≤ t is certain where Z < −δ; elsewhere r = (Z + δ)/t must not exceed S. So P(T ≤ t) = Φ(−δ) +
    ∫ t φ(tr − δ) P(S ≥ r) dr over r > 0, cut where either factor is below 1e-17.
    """
    from scipy.integrate import quad
    from scipy.special import chdtrc, ndtr

    if t < 0:
        return 1 - integrated_cdf(-t, df, -delta)
    certain = float(ndtr(-delta))
    if t == 0:
        return certain

    def density(r: float) -> float:
        z = t * r - delta
        return t * math.exp(-z * z / 2) / math.sqrt(2 * math.pi) * float(chdtrc(df, df * r * r))

    low, high = max(0.0, (delta - 9) / t), min((delta + 9) / t, 1 + 9 / math.sqrt(df))
    if low >= high:
        return certain
    uncertain, _ = quad(density, low, high, points=(1.0, delta / t), limit=200, epsabs=1e-13)
    return min(1.0, certain + float(uncertain))
