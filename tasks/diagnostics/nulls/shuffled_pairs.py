"""The null of shuffled pairs: what stays the same when image and text do not belong together is not cross-modal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from store.kinds import diagnostics_metrics as m
from tasks.diagnostics.families.model import VisionLanguageModel
from tasks.diagnostics.image_metrics import image_metrics
from tasks.diagnostics.measures import Floats
from tasks.diagnostics.measuring import Measuring
from tasks.diagnostics.site_layout import SiteLayout

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from PIL.Image import Image

    from store.models import Role
    from tasks.diagnostics.intervention.steering import Changes
    from tasks.diagnostics.recording import Record

METRICS = (
    m.MCS_RAW.key(),
    m.MCS_NORM.key(),
    *(m.ROLE_ENTROPY_NORM.key(role=role) for role in ("text", "fusion", "cross")),
    m.FUSION_LOG_ODDS.key(),
)
"""Metrics that are compared, where a model has them."""

_NONE: tuple[Role, ...] = ()
_VISION: tuple[Role, ...] = ("vision",)


@dataclass(frozen=True, slots=True)
class Shift:
    """A metric on matched pairs, less the same metric on shuffled ones."""

    difference: float
    low: float
    high: float
    """Bounds of the 95 % t interval of the mean over captions' images.

    The shuffle is a cycle, so what an image and what a caption add by themselves cancels in the mean of the differences
    and not in their spread: the interval is wide, and leaves out 0 less often than one time in twenty by chance.
    """


def shuffled_pairs(
    model: VisionLanguageModel,
    layout: SiteLayout,
    batches: Sequence[tuple[Sequence[Image], Sequence[Sequence[str]]]],
    planted: Changes,
    matched: Mapping[str, Floats],
    rows: int | None = None,
) -> dict[str, Shift]:
    """Give each image's captions the next image, and compare with `matched`, [images] of each metric.

    `rows` is that of `Method`, as it was for `matched`.
    """
    images = [image for some, _ in batches for image in some]
    others = iter([*images[1:], images[0]])
    shuffled = Measuring(model, layout, planted, rows)
    for some, captions in batches:
        shuffled.run(len(some), model.passes([next(others) for _ in some], captions))
    return compared(matched, image_metrics(shuffled.record, model.absent).values)


def shuffled_embeddings(record: Record, absent: Mapping[Role, str], images: int) -> dict[str, Shift]:
    """The same of a dual encoder on the first `images` of a record, which need not be run: its towers do not meet."""
    first, shuffled = record.with_next(images, _NONE), record.with_next(images, _VISION)
    return compared(image_metrics(first, absent).values, image_metrics(shuffled, absent).values)


def compared(matched: Mapping[str, Floats], shuffled: Mapping[str, Floats]) -> dict[str, Shift]:
    """What metrics are on matched pairs, [images or more], less what they are on shuffled ones, [images]."""
    from tasks.statistics.intervals import t_interval

    found = {}
    for metric in METRICS:
        if metric in shuffled and metric in matched:
            difference = matched[metric][: len(shuffled[metric])] - shuffled[metric]
            low, high = t_interval(difference)
            found[metric] = Shift(float(np.mean(difference)), float(low), float(high))
    return found
