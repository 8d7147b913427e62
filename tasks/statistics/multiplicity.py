"""Correction of p-values for the number of hypotheses that are tested together."""

from __future__ import annotations

import numpy as np

from tasks.statistics.adequacy import Floats
from tasks.statistics.partial_conjunction import partial_conjunction


def holm(p: Floats, family: int | None = None) -> Floats:
    """Holm's step-down adjusted p-values of `p`, shape [m], in the same order.

    Rejecting where the adjusted value is at most α keeps the probability of any false rejection at or below α, however
    the tests depend on one another. The number rejected is also the largest k for which "at least k of the m null
    hypotheses are false" holds at level α (Bonferroni partial conjunction, made monotone), at no further price.

    `family` is the number of hypotheses that were planned, when some of them could not be tested: each of those counts
    as p = 1, since a family that shrank where data are poor would make the others easier to reject.
    Raises ValueError when a value is outside [0, 1] or there are more of them than were planned.
    Source: Holm (1979), "A simple sequentially rejective multiple test procedure", Scandinavian J. of Statistics 6;
    Benjamini and Heller (2008), "Screening for partial conjunction hypotheses", Biometrics 64.
    """
    p = np.asarray(p, dtype=np.float64)
    ascending = np.argsort(p, kind="stable")
    adjusted = np.empty_like(p)
    adjusted[ascending] = partial_conjunction(p, family)[: p.size]
    return adjusted


def benjamini_hochberg(p: Floats, family: int | None = None) -> Floats:
    """Benjamini and Hochberg's step-up adjusted p-values of `p`, shape [m], in the same order.

    Rejecting where the adjusted value is at most q keeps the expected share of false rejections among all at or below
    q, when tests are independent or positively dependent. It is for exploring layers and heads, not for claims.
    `family` and errors are as in `holm`.
    Source: Benjamini and Hochberg (1995), "Controlling the false discovery rate", J. Royal Statistical Society B 57;
    Benjamini and Yekutieli (2001), "The control of the false discovery rate in multiple testing under dependency", The
    Annals of Statistics 29, for positive dependence.
    """
    p, planned = _checked(p, family)
    descending = np.argsort(-p, kind="stable")
    rank = np.arange(p.size, 0, -1)
    adjusted = np.empty_like(p)
    adjusted[descending] = np.minimum.accumulate(np.minimum(1.0, planned / rank * p[descending]))
    return adjusted


def _checked(p: Floats, family: int | None) -> tuple[Floats, int]:
    p = np.asarray(p, dtype=np.float64)
    planned = p.size if family is None else family
    if planned < p.size or not ((p >= 0) & (p <= 1)).all():
        raise ValueError("p-values lie in [0, 1], and are no more than the hypotheses planned")
    return p, planned
