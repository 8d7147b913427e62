"""The error that all images of a model share: that of the null its values were measured against."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tasks.statistics.adequacy import Floats


@dataclass(frozen=True, slots=True)
class SharedError:
    """Standard error of a mean that more images do not make smaller."""

    error: float = 0.0
    """In the unit of the values; 0 where they are measured against something that is known."""
    freedom: float = math.inf
    """Degrees of freedom on which it was estimated."""

    def times(self, factor: float) -> SharedError:
        """That of a quantity `factor` times as large."""
        return SharedError(factor * self.error, self.freedom)

    def added(self, error: float, freedom: float) -> SharedError:
        """The whole standard error beside that of the images, which is independent of it."""
        return self if error == 0 else _root_of_squares([self, SharedError(error, freedom)])

    def widened(self, mean: float, low: float, high: float, confidence: float) -> tuple[float, float]:
        """An interval of images alone, [low, high] around `mean`, with this error in it.

        Distances to the mean add in squares, by the method of variance estimates recovery: Zou and Donner (2008),
        "Construction of confidence limits about effect measures", Statistics in Medicine 27.
        """
        from scipy.special import stdtrit

        if self.error == 0:
            return low, high
        reach = float(stdtrit(self.freedom, (1 + confidence) / 2)) * self.error
        return mean - math.hypot(mean - low, reach), mean + math.hypot(high - mean, reach)


NOTHING_SHARED = SharedError()


@dataclass(frozen=True, slots=True)
class Reference:
    """The null that values are losses against, each 1 − measured/null, and how surely it is known."""

    null: float
    """Mean over draws and images."""
    between: SharedError
    """Standard deviation between draws, in the unit of the null."""
    count: int
    """Draws, k."""
    images: SharedError
    """Standard error of the null that comes of its images, as these are a sample."""
    draws: str
    """Digest of the draws."""

    def shared(self, value: float) -> SharedError:
        """The error that losses of about `value` share: (1 − value)·error/null, by the delta method."""
        slope = self.slope(value)
        return self.error(slope**2 * (1 + 1 / self.count), slope)

    def error(self, draws: float, images: float) -> SharedError:
        """With so many times the variance between draws, and so many times the error of images.

        However often the variance between draws enters, it was estimated once.
        """
        return _root_of_squares([self.between.times(math.sqrt(draws)), self.images.times(abs(images))])

    def slope(self, value: float) -> float:
        """How a loss of about `value` grows with the null."""
        return (1 - value) / self.null


Measured = tuple[Reference | None, float]
"""What values were measured against, if it was estimated, and their mean."""


def reference(draws: Floats) -> Reference:
    """The reference that `draws` of a null make, [draws, images], for a model that is one more draw on other images.

    Its variance is that of draws times (1 + 1 / draws), plus that of images, as these are a sample too. Raises
    ValueError for fewer than two draws or images, for values that are not finite, and for a null that is not above 0.
    """
    if draws.ndim != 2 or min(draws.shape) < 2 or not np.isfinite(draws).all() or not draws.mean() > 0:
        raise ValueError(
            "a reference needs two draws and two images of finite values, and a mean above 0, not an array of "
            f"{draws.shape} with mean {draws.mean() if draws.size else 0:g}"
        )
    k, m = draws.shape
    between = SharedError(float(draws.mean(axis=1).std(ddof=1)), k - 1)
    of_images = SharedError(float(draws.mean(axis=0).std(ddof=1)) / math.sqrt(m), m - 1)
    digest = hashlib.sha256(np.ascontiguousarray(draws, dtype=np.float64).tobytes()).hexdigest()
    return Reference(float(draws.mean()), between, k, of_images, f"{k}x{m}/{digest}")


def of_difference(a: Measured, b: Measured) -> SharedError:
    """The error of the difference of two means, the first less the second.

    Two models that were measured against the same draws count as two more of them, and what the mean over draws errs
    cancels as far as their losses are alike.
    """
    if a[0] is not None and b[0] is not None and a[0].draws == b[0].draws:
        first, second = a[0].slope(a[1]), b[0].slope(b[1])
        return a[0].error(first**2 + second**2 + (first - second) ** 2 / a[0].count, first - second)
    return _root_of_squares([of_one(each) for each in (a, b)])


def of_mean(models: Sequence[Measured]) -> SharedError:
    """The error of the mean over models of their means.

    Models that were measured against the same draws may be of the same weights, as where a collapse is planted in one
    of them: their errors are taken to add up, and only those of different nulls to be independent.
    """
    groups: dict[str, list[SharedError]] = {}
    for number, (against, mean) in enumerate(models):
        name = str(number) if against is None else against.draws
        groups.setdefault(name, []).append(of_one((against, mean)))
    sums = [SharedError(sum(each.error for each in group), group[0].freedom) for group in groups.values()]
    return _root_of_squares(sums).times(1 / len(models))


def of_twins(models: Sequence[Measured]) -> SharedError:
    """The same, of those models alone that share their null with another; what the others err is seen between them."""
    names = [None if against is None else against.draws for against, _ in models]
    kept = [
        each if name is not None and names.count(name) > 1 else (None, 0.0)
        for each, name in zip(models, names, strict=True)
    ]
    return of_mean(kept)


def of_one(measured: Measured) -> SharedError:
    """The error that the values of one model share."""
    against, value = measured
    return NOTHING_SHARED if against is None else against.shared(value)


def _root_of_squares(errors: Sequence[SharedError]) -> SharedError:
    """The error of a sum, with Welch's and Satterthwaite's degrees of freedom (1946, Biometrics Bulletin 2:110)."""
    variances = np.array([each.error**2 for each in errors])
    total = float(variances.sum())
    if total == 0:
        return NOTHING_SHARED
    freedoms = np.array([each.freedom for each in errors])
    return SharedError(math.sqrt(total), total**2 / float((variances**2 / freedoms).sum()))
