"""Evidence after every image: e-values of growing data, their p-values at any look, and those of several models."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np

from tasks.statistics.e_values import log_e_of_cosine
from tasks.statistics.intervals import Floats
from tasks.statistics.location import SMALLEST_P


def log_e_process(x: Floats, value: float, scale: float, side: Literal["greater", "less"] = "greater") -> Floats:
    """Log e-value of "the mean is not beyond `value`" after every image, in the order given; [..., n] -> [..., n].

    A missing image (NaN) leaves it as it is, and before the first image it is 0. The order is append-only: it is fixed
    before any value is seen, and no image leaves it. It depends on no unit: x and `value` may be scaled together.
    Raises ValueError for infinite values and as `log_e_value` does.
    """
    x = np.asarray(x, dtype=np.float64)
    if np.isinf(x).any() or not math.isfinite(value):
        raise ValueError("x and value must be finite; a missing image is NaN")
    beyond = np.where(np.isnan(x), 0.0, x - value) * (1.0 if side == "greater" else -1.0)
    n = np.cumsum(~np.isnan(x), axis=-1, dtype=np.float64)
    length = np.sqrt(n * np.cumsum(beyond**2, axis=-1))
    cosine = np.divide(np.cumsum(beyond, axis=-1), length, out=np.zeros_like(length), where=length > 0)
    return log_e_of_cosine(np.clip(cosine, -1.0, 1.0), n, scale)


def anytime_p(log_e: Floats) -> Floats:
    """The p-value after every image, min(1, 1/max E so far), of a log e-process of shape [..., n]; same shape.

    Whenever one stops, it is at most alpha with probability alpha at most under the null hypothesis.
    Source: Ville (1939), "Étude critique de la notion de collectif", through Ramdas et al. (2023), "Game-theoretic
    statistics and safe anytime-valid inference", Statistical Science 38.
    """
    return np.clip(np.exp(-np.maximum.accumulate(np.asarray(log_e), axis=-1)), SMALLEST_P, 1.0)


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
