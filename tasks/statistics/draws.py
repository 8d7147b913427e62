"""A mean beside that of draws from a null, such as random initialisations measured on the same images, or on fewer."""

from __future__ import annotations

from dataclasses import dataclass

from tasks.statistics.adequacy import Floats
from tasks.statistics.shared_error import SharedError


@dataclass(frozen=True, slots=True)
class Contrast:
    """A mean, less that of a null."""

    difference: float
    low: float
    high: float
    """Bounds of the 95 % interval of the difference, for a new draw of the null and new images."""
    null: float
    """Mean of the null over draws and images."""
    null_low: float
    null_high: float
    """Bounds within which the mean of one more draw lies, with 95 % probability, on these images."""
    error: float
    """Standard error of the difference."""
    freedom: float
    """Degrees of freedom of its t distribution."""

    def p_below(self, bound: float) -> float:
        """One-sided p-value of the difference being at least `bound`, small when it lies below."""
        from scipy.special import stdtr

        if self.error == 0:
            return 0.0 if self.difference < bound else 1.0
        return float(stdtr(self.freedom, (self.difference - bound) / self.error))

    @property
    def p(self) -> float:
        """Two-sided p-value of no difference."""
        from scipy.special import stdtr

        if self.error == 0:
            return float(self.difference == 0)
        return float(2 * stdtr(self.freedom, -abs(self.difference) / self.error))


def against_draws(values: Floats, draws: Floats, level: float = 0.95) -> Contrast:
    """Compare the mean of `values`, [images], with `draws` of the null, [draws, images], on the first of these images.

    The model is taken for one more draw, so the variance is that of draws times (1 + 1 / draws), plus that of images:
    of the paired differences where both have the same ones, otherwise of each by itself, which is more than it is where
    images are alike in both. The degrees of freedom are Welch and Satterthwaite's (Satterthwaite 1946, Biometrics
    Bulletin 2:110). Raises ValueError for fewer than two draws or images, and for values of fewer images than draws.
    """
    from scipy.special import stdtrit

    k, m = draws.shape
    n = len(values)
    if k < 2 or m < 2 or values.ndim != 1 or n < m:
        raise ValueError(f"a contrast needs two draws and two images, not {k} draws and {n} of {m} images")
    whole = of_draw = SharedError(float(draws.mean(axis=1).var(ddof=1) * (1 + 1 / k)) ** 0.5, k - 1)
    of_images = (values - draws.mean(axis=0),) if n == m else (values, draws.mean(axis=0))
    for each in of_images:
        whole = whole.added(float(each.var(ddof=1) / len(each)) ** 0.5, len(each) - 1)
    freedom = min(whole.freedom, k + n - 2.0)  # infinite where nothing varies
    difference, null = float(values.mean() - draws.mean()), float(draws.mean())
    reach, spread = (
        float(stdtrit(each, (1 + level) / 2)) * error
        for each, error in ((freedom, whole.error), (k - 1, of_draw.error))
    )
    return Contrast(
        difference, difference - reach, difference + reach, null, null - spread, null + spread, whole.error, freedom
    )
