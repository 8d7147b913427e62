"""Scores of re-initialised copies by layer, and where one more of them would lie."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from store.kinds import diagnostics_metrics as m
from store.kinds import range_of
from store.models import Role
from tasks.diagnostics.image_metrics import image_metrics
from tasks.diagnostics.measures import Floats
from tasks.ranges import held

if TYPE_CHECKING:
    from tasks.diagnostics.recording import Record


@dataclass(frozen=True, slots=True)
class Band:
    """The null of a measure."""

    mean: float
    low: float
    high: float
    """Bounds within which the mean of one more random initialisation lies, with 95 % probability."""


def layer_scores(record: Record, absent: Mapping[Role, str]) -> dict[str, Floats]:
    """`mcs_raw` and `mcs_norm` of each layer, [images]; without those that are undefined."""
    return {name: value for name, value in image_metrics(record, absent).values.items() if m.LAYER_SCORE.match(name)}


def score_bands(values: Mapping[str, Floats], draws: Mapping[str, Floats]) -> dict[str, Band]:
    """Metric -> band of its null, on the images of `values`.

    `values` are [images] of each metric of the model, `draws` [draws, images] of its copies on the first of them. The
    raw score follows the lengths of captions, and the first images may have shorter ones; so its band is moved by what
    the score of uniform attention, known in closed form on every image, gives on all images more than on the first.
    """
    from tasks.statistics.draws import against_draws

    found = {}
    for metric, of_copies in draws.items():
        if metric not in values:
            continue
        first = of_copies.shape[1]
        null = against_draws(values[metric], of_copies)
        uniform = values.get(m.MCS_RAW_UNIFORM.key()) if _is_raw(metric) else None
        moved = 0.0 if uniform is None else float(np.mean(uniform) - np.mean(uniform[:first]))
        mean, low, high = (each + moved for each in (null.null, null.null_low, null.null_high))
        found[metric] = Band(mean, *held(mean, low, high, range_of(metric)))
    return found


def _is_raw(metric: str) -> bool:
    score = m.LAYER_SCORE.match(metric)
    return score is not None and score["score"] == m.MCS_RAW.key()
