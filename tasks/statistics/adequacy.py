"""Whether a vector of per-image values can bear a test, and the sample that it makes when it can."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

MINIMUM_IMAGES = 30
LARGEST_MISSING_SHARE = 0.05
SMALLEST_RELATIVE_SPREAD = float(np.finfo(np.float32).eps)
"""Attention is computed in single precision: a standard deviation below this share of the values is rounding noise."""


@dataclass(frozen=True, slots=True)
class Undetermined:
    """The data do not bear a test, so that neither a p-value nor an effect is given."""

    reason: str


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """Finite values of one quantity with a spread that is not rounding noise. Made by `examine` and `differences`."""

    values: Floats
    """Shape [n], in the order of the images."""
    present: NDArray[np.bool_]
    """Over all images: False where one was left out because its value is missing."""

    @property
    def n(self) -> int:
        """Images with a value."""
        return self.values.size

    @property
    def missing(self) -> int:
        """Images left out."""
        return self.present.size - self.values.size

    @property
    def mean(self) -> float:
        """x̄, in the unit of the values."""
        return float(self.values.mean())

    @property
    def sd(self) -> float:
        """s, with n − 1 in the denominator, in the unit of the values."""
        return float(self.values.std(ddof=1))


def examine(x: Floats, minimum: int = MINIMUM_IMAGES) -> Sample | Undetermined:
    """The sample made of `x`, shape [n], without its missing values (NaN).

    Undetermined, with the reason, when a value is infinite, more than 5 % are missing, fewer than `minimum` (and never
    fewer than two) remain, or they are constant up to single-precision rounding, where t would be infinite.
    """
    return examine_derived(x, np.abs(x), minimum)


def differences(a: Floats, b: Floats, minimum: int = MINIMUM_IMAGES) -> Sample | Undetermined:
    """The sample of a − b, image by image, for two vectors of shape [n] joined on the same images.

    An image that either vector misses is left out. Undetermined as in `examine`, the spread of the differences being
    held against the larger of the two vectors. Raises ValueError when the shapes differ.
    """
    if a.shape != b.shape:
        raise ValueError(f"paired vectors must have one shape, not {a.shape} and {b.shape}")
    with np.errstate(invalid="ignore"):
        return examine_derived(a - b, np.maximum(np.abs(a), np.abs(b)), minimum)


def image_means(x: Floats, minimum: int = MINIMUM_IMAGES) -> Sample | Undetermined:
    """The sample of per-image means over models, for `x` of shape [models, n] joined on the same images.

    An image that any model misses is left out. Undetermined as in `examine`, the spread of the means being held against
    the largest value of any model. Raises ValueError when `x` holds no model.
    """
    if x.ndim != 2 or x.shape[0] == 0:
        raise ValueError(f"per-image means need an array of models by images, not one of shape {x.shape}")
    with np.errstate(invalid="ignore"):
        return examine_derived(x.mean(axis=0), np.abs(x).max(axis=0), minimum)


def examine_derived(x: Floats, magnitude: Floats, minimum: int = MINIMUM_IMAGES) -> Sample | Undetermined:
    """The sample made of `x`, shape [n], whose values were computed from numbers of the given magnitude, shape [n].

    Undetermined as in `examine`, the spread of `x` being held against the largest magnitude: what is left of large
    numbers that cancel is rounding noise.
    """
    if x.ndim != 1:
        raise ValueError(f"a sample is a vector, not an array of shape {x.shape}")
    if np.isinf(magnitude).any():
        return Undetermined(f"{np.isinf(magnitude).sum()} of {x.size} values are infinite")
    present = ~np.isnan(x)
    sample = Sample(x[present], present)
    if sample.missing > LARGEST_MISSING_SHARE * x.size:
        return Undetermined(f"{sample.missing} of {x.size} values are missing, more than {LARGEST_MISSING_SHARE:.0%}")
    if sample.n < max(minimum, 2):
        return Undetermined(f"{sample.n} images are fewer than {max(minimum, 2)}")
    with np.errstate(over="ignore"):
        spread = sample.sd
    if not np.isfinite(spread):
        return Undetermined("the values are too large for a standard deviation")
    if spread <= SMALLEST_RELATIVE_SPREAD * np.max(magnitude[present]):
        return Undetermined("the values do not differ by more than rounding noise")
    return sample
