"""Values of models crossed with images, one a cell and both drawn at random: variance components and grand mean."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tasks.statistics.intervals import Floats


@dataclass(frozen=True, slots=True, eq=False)
class Crossed:
    """The model y = μ + model + image + rest, with independent normal effects; arrays of shape [...]."""

    mean: Floats
    """μ̂, the mean of all cells, in their unit."""
    error: Floats
    """Standard error of μ̂ over new models and new images."""
    df: Floats
    """Satterthwaite's degrees of freedom of that error."""
    models: Floats
    """Variance between models, in the squared unit of the values, as are the next two."""
    images: Floats
    """Variance between images."""
    rest: Floats
    """Variance of what is left: models and images that go together otherwise, and noise."""


def crossed(values: Floats) -> Crossed:
    """Fit the crossed random effects model to `values`, shape [..., models, images], with two of each or more.

    Components are those of restricted maximum likelihood. With one value in every cell it has a closed form: the mean
    squares of models, images and rest, where those that would make a variance negative are pooled with the rest. The
    variance of the grand mean is (MS_models + MS_images − MS_rest)/(models · images). Values that all are the same have
    an error of zero and NaN for its degrees of freedom. Raises ValueError for values that are not finite or no table.

    The degrees of freedom are few where models are few and differ: a 5 % test then rejects a true null up to 8 % of the
    time with three models and 6 % with five, and 13 % with two. Where models hardly differ it rejects less than 5 %.
    Sources: Thompson (1962), "The problem of negative estimates of variance components", Annals of Mathematical
    Statistics 33; Satterthwaite (1946), "An approximate distribution of estimates of variance components", Biometrics
    Bulletin 2; Burdick and Graybill (1992), "Confidence Intervals on Variance Components", for the grand mean.
    """
    values = np.asarray(values, dtype=np.float64)
    if values.ndim < 2 or min(values.shape[-2:]) < 2 or not np.isfinite(values).all():
        raise ValueError("values: crossed effects need finite values of two or more models on two or more images")
    m, n = values.shape[-2:]
    squares, degrees = _mean_squares(values), np.array([m - 1, n - 1, (m - 1) * (n - 1)], dtype=np.float64)
    rest = _smallest_pooled(squares, degrees)
    of_models, of_images = np.maximum(squares[..., 0], rest), np.maximum(squares[..., 1], rest)
    total = of_models + of_images - rest
    spread = of_models**2 / degrees[0] + of_images**2 / degrees[1] + rest**2 / degrees[2]
    with np.errstate(invalid="ignore"):
        df = total**2 / spread
    return Crossed(
        mean=np.asarray(values.mean(axis=(-2, -1))),
        error=np.sqrt(total / (m * n)),
        df=np.asarray(df),
        models=(of_models - rest) / n,
        images=(of_images - rest) / m,
        rest=rest,
    )


def _mean_squares(values: Floats) -> Floats:
    """Shape [..., 3]: of models, of images, and of the rest."""
    m, n = values.shape[-2:]
    centred = values - values[..., :1, :1]  # exactly zero where all values are the same
    centred = centred - centred.mean(axis=(-2, -1), keepdims=True)
    models, images = centred.mean(axis=-1, keepdims=True), centred.mean(axis=-2, keepdims=True)
    rest = ((centred - models - images) ** 2).sum(axis=(-2, -1)) / ((m - 1) * (n - 1))
    of_models = n * (models**2).sum(axis=(-2, -1)) / (m - 1)
    of_images = m * (images**2).sum(axis=(-2, -1)) / (n - 1)
    return np.stack([of_models, of_images, rest], axis=-1)


def _smallest_pooled(squares: Floats, degrees: Floats) -> Floats:
    """The least of the mean squares of the rest alone and pooled with that of models, of images, and of both."""
    pools = np.array([[0, 0, 1], [1, 0, 1], [0, 1, 1], [1, 1, 1]], dtype=np.float64) * degrees
    return np.asarray((squares @ (pools / pools.sum(axis=1, keepdims=True)).T).min(axis=-1))
