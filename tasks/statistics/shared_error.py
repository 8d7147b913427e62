"""The error that all images of a model share: that of the null its values were measured against."""

from __future__ import annotations

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
    error: float
    """Standard error of the null as that of one more draw, in its unit."""
    freedom: float

    def shared(self, value: float) -> SharedError:
        """The error that losses of about `value` share: (1 − value)·error/null, by the delta method."""
        return SharedError(abs(1 - value) * self.error / self.null, self.freedom)


def reference(draws: Floats) -> Reference:
    """The reference that `draws` of a null make, [draws, images], for a model that is one more draw on other images.

    Its variance is that of draws times (1 + 1 / draws), plus that of images, as these are a sample too. Raises
    ValueError for fewer than two draws or images, for values that are not finite, and for a null that is not above 0.
    """
    if draws.ndim != 2 or min(draws.shape) < 2 or not np.isfinite(draws).all() or not draws.mean() > 0:
        raise ValueError(
            f"a reference needs two draws and two images of finite values above 0, not an array of {draws.shape}"
        )
    k, m = draws.shape
    of_draws = SharedError(math.sqrt(draws.mean(axis=1).var(ddof=1) * (1 + 1 / k)), k - 1)
    of_images = SharedError(math.sqrt(draws.mean(axis=0).var(ddof=1) / m), m - 1)
    whole = _root_of_squares([of_draws, of_images])
    return Reference(float(draws.mean()), whole.error, whole.freedom)


def mean_of(errors: Sequence[SharedError]) -> SharedError:
    """The error of a mean of independent quantities that have these errors."""
    return _scaled(_root_of_squares(errors), 1 / len(errors))


def difference_of(a: SharedError, b: SharedError) -> SharedError:
    """The error of a difference of two independent quantities that have these errors."""
    return _root_of_squares([a, b])


def _scaled(error: SharedError, factor: float) -> SharedError:
    return SharedError(factor * error.error, error.freedom)


def _root_of_squares(errors: Sequence[SharedError]) -> SharedError:
    """The error of a sum, with Welch's and Satterthwaite's degrees of freedom (1946, Biometrics Bulletin 2:110)."""
    variances = np.array([each.error**2 for each in errors])
    total = float(variances.sum())
    if total == 0:
        return NOTHING_SHARED
    freedoms = np.array([each.freedom for each in errors])
    return SharedError(math.sqrt(total), total**2 / float((variances**2 / freedoms).sum()))
