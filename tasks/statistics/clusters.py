"""Arrays of per-image values as clusters: a mean over images or over all their captions, whichever an image has."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tasks.statistics.adequacy import (
    LARGEST_MISSING_SHARE,
    MINIMUM_IMAGES,
    SMALLEST_RELATIVE_SPREAD,
    Floats,
    Sample,
)


@dataclass(frozen=True, slots=True, eq=False)
class Clusters:
    """What each image brings to a mean, which is the sum of `sums` over that of `sizes`. Leading axes are free.

    Made by `of_images` and `of_sample`. Images are independent of one another; what belongs to one image need not be.
    """

    sums: Floats
    """Shape [..., n]: sum of the values of each image; 0 where it has none."""
    sizes: Floats
    """Shape [..., n] or [n]: how many values that are; 0 where the image is missing."""
    magnitude: Floats | None = None
    """Shape [...]: largest size of the numbers that a row was computed from, if these are not its values: a spread that
    is small beside it is rounding noise."""

    @property
    def n(self) -> int:
        """Images, missing ones included."""
        return int(self.sums.shape[-1])


@dataclass(frozen=True, slots=True, eq=False)
class Deviations:
    """The mean of every row, and how far each image pulls it. NaN in rows that bear no test.

    To first order the mean of clusters is that of n independent values, `mean` + `pulls` (Cochran 1977, "Sampling
    Techniques", §6.3), and of images with one value each it is so exactly.
    """

    mean: Floats
    """Shape [...], in the unit of the values."""
    pulls: Floats
    """Shape [..., n], summing to 0: (sum − mean·size) over the mean size; 0 where the image is missing."""
    weights: Floats
    """Shape [..., n] or [n]: size over the mean size, so 1 for images with one value each; 0 where missing."""
    images: Floats
    """Shape [...]: images that are not missing."""

    @property
    def sd(self) -> Floats:
        """The s of the pulls, with n − 1 in the denominator, shape [...]; of single values that of the values."""
        return np.asarray(np.sqrt(np.square(self.pulls).sum(axis=-1) / (self.images - 1)))

    @property
    def third(self) -> Floats:
        """Third central moment without bias, n·Σ pulls³ / ((n − 1)(n − 2)), shape [...]; 0 for two images.

        Source: Fisher (1930), "Moments and product moments of sampling distributions", Proc. London Math. Society 30.
        """
        n = self.images
        left = np.maximum((n - 1) * (n - 2), 1)  # cubes of two deviations add up to 0
        return np.asarray(n / left * (np.square(self.pulls) * self.pulls).sum(axis=-1))

    @property
    def error(self) -> Floats:
        """Standard error of the mean, s/√n, shape [...]."""
        return np.asarray(self.sd / np.sqrt(self.images))

    def rows(self) -> Deviations:
        """The same with all leading axes made one, without the rows that bear no test: shapes [rows] and [rows, n]."""
        kept = self.determined.reshape(-1)
        n = self.pulls.shape[-1]
        weights = self.weights if self.weights.ndim == 1 else self.weights.reshape(-1, n)[kept]
        return Deviations(
            self.mean.reshape(-1)[kept], self.pulls.reshape(-1, n)[kept], weights, self.images.reshape(-1)[kept]
        )

    @property
    def determined(self) -> NDArray[np.bool_]:
        """Shape [...]: rows that bear a test."""
        return np.isfinite(self.mean)

    def restored(self, found: Floats) -> Floats:
        """Values for `rows()`, shape [rows, ...], at their places in shape [...], NaN elsewhere."""
        whole = np.full(self.mean.shape + found.shape[1:], np.nan)
        whole[self.determined] = found
        return whole

    def part(self, rows: slice) -> Deviations:
        """Some rows of what `rows()` gave."""
        weights = self.weights if self.weights.ndim == 1 else self.weights[rows]
        return Deviations(self.mean[rows], self.pulls[rows], weights, self.images[rows])


def of_images(x: Floats) -> Clusters:
    """One value an image: `x` has shape [..., n], NaN where an image is missing in a row."""
    x = np.asarray(x, dtype=np.float64)
    present = ~np.isnan(x)
    if present.all():
        return Clusters(x, np.ones(x.shape[-1]))
    return Clusters(np.where(present, x, 0.0), present.astype(np.float64))


def of_sample(sample: Sample) -> Clusters:
    """One value an image, of a sample that is known to bear a test."""
    return Clusters(sample.values, np.ones(sample.n), np.zeros(()))


def deviations(clusters: Clusters, minimum: int = MINIMUM_IMAGES) -> Deviations:
    """Means and pulls of every row, NaN where a row does not bear a test, for the reasons of `adequacy.examine`.

    These are: an infinite value, more than 5 % of images missing, fewer than `minimum` (and never fewer than two)
    images, or no spread beyond rounding noise. `examine` of one row tells which.
    """
    present = clusters.sizes > 0
    images = np.broadcast_to(present.sum(axis=-1, dtype=np.float64), clusters.sums.shape[:-1])
    with np.errstate(all="ignore"):
        size = clusters.sizes.sum(axis=-1, keepdims=True) / present.sum(axis=-1, keepdims=True)
        mean = np.asarray(clusters.sums.sum(axis=-1) / clusters.sizes.sum(axis=-1))
        pulls, weights = clusters.sums / size, clusters.sizes / size
        largest = np.maximum(pulls.max(axis=-1, initial=0.0), -pulls.min(axis=-1, initial=0.0))
        magnitude = largest if clusters.magnitude is None else clusters.magnitude
        pulls -= mean[..., None] if (weights == 1).all() else mean[..., None] * weights
        spread = Deviations(mean, pulls, weights, images).sd
        bears = np.isfinite(largest) & np.isfinite(magnitude) & np.isfinite(spread)
        bears &= spread > SMALLEST_RELATIVE_SPREAD * magnitude
    bears &= (clusters.n - images <= LARGEST_MISSING_SHARE * clusters.n) & (images >= max(minimum, 2))
    mean[~bears], pulls[~bears] = np.nan, np.nan
    return Deviations(mean, pulls, weights, images)
