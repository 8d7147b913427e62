"""Partial conjunction: how many of m models collapse at least, from one p-value per model."""

from __future__ import annotations

import numpy as np

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
