"""One mean over all models that share images: of these very models, or of a population they were drawn from."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from store.evidence import Interval
from tasks.statistics.adequacy import Sample, Undetermined, examine, image_means
from tasks.statistics.crossed import crossed
from tasks.statistics.intervals import Floats
from tasks.statistics.location import Alternative, TTest, p_value, t_test
from tasks.statistics.shared_error import NOTHING_SHARED, SharedError

FEWEST_MODELS = 3
"""With two models a population of models has one degree of freedom, and its 5 % test rejects a true null up to 13 %."""

Scope = Literal["fixed", "population"]

ASSUMPTIONS: Mapping[Scope, str] = {
    "fixed": "speaks of these models only; assumes independent images",
    "population": "assumes that models and images are independent random draws with normal effects that add up",
}


@dataclass(frozen=True, slots=True)
class Components:
    """Where the variance comes from; in the squared unit of the values."""

    models: float
    images: float
    rest: float


@dataclass(frozen=True, slots=True)
class AcrossModels:
    """A mean over models and images."""

    scope: Scope
    models: int
    n: int
    """Images that every model has a value for."""
    missing: int
    """Images left out."""
    mean: float
    """In the unit of the values, as is the next."""
    interval: Interval
    """t interval of the mean."""
    test: TTest
    components: Components | None
    """None for a fixed set of models."""

    @property
    def assumption(self) -> str:
        """What the interval and the test rest on."""
        return ASSUMPTIONS[self.scope]


def fixed_set(
    values: Mapping[str, Floats],
    value: float = 0.0,
    alternative: Alternative = "two-sided",
    confidence: float = 0.95,
    shared: SharedError = NOTHING_SHARED,
) -> AcrossModels | Undetermined:
    """Test the mean over these models against `value` by t: the unit is the image, its value the mean over models.

    `values` holds a vector of shape [n] a model, joined on the same images; NaN is a missing value. However much models
    agree on which image is hard, the test keeps its level, as each image enters once. `shared` is the error of the mean
    that comes of the nulls values were measured against. Undetermined, naming the model, when one could not be tested
    alone.
    """
    found = _together(values, fewest=1)
    if isinstance(found, Undetermined):
        return found
    _, sample = found
    error = shared.added(sample.sd / math.sqrt(sample.n), sample.n - 1).error
    test = t_test(sample, value, alternative, shared)
    return AcrossModels(
        scope="fixed",
        models=len(values),
        n=sample.n,
        missing=sample.missing,
        mean=sample.mean,
        interval=_interval(sample.mean, error, test.df, confidence),
        test=test,
        components=None,
    )


def population(
    values: Mapping[str, Floats],
    value: float = 0.0,
    alternative: Alternative = "two-sided",
    confidence: float = 0.95,
    shared: SharedError = NOTHING_SHARED,
) -> AcrossModels | Undetermined:
    """Test and interval of the mean over all models of which these, three or more, are a random sample.

    As `fixed_set`, with models and images both random (`crossed`). Errors of nulls are among what models differ by;
    `shared` is that of models which have one null between them, and do not differ by it. Models chosen because they
    are well known are no random sample of anything; then only `fixed_set` holds.
    """
    found = _together(values, fewest=FEWEST_MODELS)
    if isinstance(found, Undetermined):
        return found
    cells, sample = found
    fit = crossed(cells)
    mean, whole = float(fit.mean), shared.added(float(fit.error), float(fit.df))
    error, df = whole.error, whole.freedom
    t = (mean - value) / error
    return AcrossModels(
        scope="population",
        models=len(values),
        n=sample.n,
        missing=sample.missing,
        mean=mean,
        interval=_interval(mean, error, df, confidence),
        test=TTest(t=t, df=df, p=p_value(t, df, alternative), alternative=alternative),
        components=Components(float(fit.models), float(fit.images), float(fit.rest)),
    )


def _together(values: Mapping[str, Floats], fewest: int) -> tuple[Floats, Sample] | Undetermined:
    """Values [models, images] without images that any model misses, and their means over models."""
    if len(values) < fewest:
        return Undetermined(f"{len(values)} models are fewer than {fewest}")
    for model, x in values.items():
        alone = examine(x)
        if isinstance(alone, Undetermined):
            return Undetermined(f"{model}: {alone.reason}")
    cells = np.stack([values[model] for model in sorted(values)])
    sample = image_means(cells)
    return sample if isinstance(sample, Undetermined) else (cells[:, sample.present], sample)


def _interval(mean: float, error: float, df: float, confidence: float) -> Interval:
    from scipy.special import stdtrit

    if not 0 < confidence < 1:
        raise ValueError(f"confidence: it must lie strictly between 0 and 1, not {confidence}")
    reach = float(stdtrit(df, (1 + confidence) / 2)) * error
    return Interval(low=mean - reach, high=mean + reach, confidence=confidence)
