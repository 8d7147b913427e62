"""Partial conjunction: how many of m models collapse at least, from one p-value or e-value a model."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tasks.statistics.intervals import Floats


def partial_conjunction(p: Floats, family: int | None = None) -> Floats:
    """p_{u/m} = max over v ≤ u of min(1, (m − v + 1)·p_(v)) for u = 1 … m: of "fewer than u of the m collapse".

    `p` has shape [..., m], one p-value a model in any order, and the result too, ascending along its last axis. It is
    valid however the models depend on one another. `family` is m when not every model that was planned could be tested:
    each of the others counts as p = 1. The values are Holm's adjusted p-values, sorted.
    Raises ValueError when a p-value is outside [0, 1] or there are more of them than were planned.
    Source: Benjamini and Heller (2008), "Screening for partial conjunction hypotheses", Biometrics 64, with
    Bonferroni's combination, made monotone in u.
    """
    p = np.asarray(p, dtype=np.float64)
    tested = p.shape[-1]
    m = tested if family is None else family
    if m < tested or not ((p >= 0) & (p <= 1)).all():
        raise ValueError("p-values lie in [0, 1], and are no more than the hypotheses planned")
    every = np.concatenate([np.sort(p, axis=-1), np.ones((*p.shape[:-1], m - tested))], axis=-1)
    return np.minimum(1.0, np.maximum.accumulate(np.arange(m, 0, -1) * every, axis=-1))


def shown(p: Floats, alpha: float, family: int | None = None) -> NDArray[np.int64]:
    """û = max{u : p_{u/m} ≤ alpha}, 0 when there is none: a 1 − alpha lower bound on how many models collapse.

    `p` has shape [..., m], the result [...]. It costs nothing to read all of û instead of testing one u: û exceeds the
    true number with probability alpha at most. It speaks of these m models and of no others.
    Raises ValueError as `partial_conjunction` does, and for an alpha outside (0, 1).
    Source: Benjamini and Heller (2008), §4; û is the number that Holm's procedure rejects.
    """
    if not 0 < alpha < 1:
        raise ValueError(f"alpha must lie strictly between 0 and 1, not {alpha}")
    return np.asarray((partial_conjunction(p, family) <= alpha).sum(axis=-1), dtype=np.int64)


def e_partial_conjunction(log_e: Floats) -> Floats:
    """Logarithms of E_{u/m} for u = 1 … m, where E_{u/m} is the mean of the m − u + 1 smallest of m e-values.

    `log_e` has shape [..., m], logarithms of one e-value a model, -inf for one that has none; the result has the same
    shape, and descends along its last axis. Evidence for u or more models is E_{u/m} ≥ 1/alpha. When fewer than u
    models collapse, m − u + 1 or more do not, and the m − u + 1 smallest e-values are on average no larger than theirs.

    That holds at one moment that is fixed, or is a stopping time for every one of the e-values. Where each is a
    martingale in a filtration of its own, as t-mixtures are, the maximum over many looks has no such bound;
    `partial_conjunction` of their anytime p-values has.
    Raises ValueError for NaN.
    Source: Vovk and Wang (2021), "E-values: calibration, combination and applications", Annals of Statistics 49, §3
    (means of e-values); Choe and Ramdas (2024), "Combining evidence across filtrations".
    """
    log_e = np.asarray(log_e, dtype=np.float64)
    if np.isnan(log_e).any():
        raise ValueError("log_e holds NaN; a model without an e-value has -inf")
    smallest = np.sort(log_e, axis=-1)
    sums: Floats = np.logaddexp.accumulate(smallest, axis=-1)
    counts = np.arange(1, log_e.shape[-1] + 1)
    return (sums - np.log(counts))[..., ::-1]
