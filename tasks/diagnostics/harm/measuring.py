"""What is measured to tell harm: the task as it is, untrained, without what was planted, and with attention changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from tasks.diagnostics.harm.rise import Rise
from tasks.diagnostics.harm.task_loss import Task, TaskLoss

if TYPE_CHECKING:
    from PIL.Image import Image

    from tasks.diagnostics.intervention.steering import Change, Changes
    from tasks.diagnostics.site_layout import SiteLayout, Spot

SOFTER, SHARPER = (0.5, 0.25, 0.125), (2.0, 4.0)
FACTORS = (*SOFTER, *SHARPER)
"""By which scores are multiplied to see whether a model does better with softer, or with sharper, attention."""

NOISE = 2.0
"""Standard deviation of the noise on each colour of a pixel, of 255, that no model should mind."""


@dataclass(frozen=True, slots=True, eq=False)
class Rescue:
    """The task with the scores of some attention multiplied."""

    factor: float
    loss: TaskLoss


@dataclass(frozen=True, slots=True, eq=False)
class Performance:
    """How a model does its task on some pairs, and what it would take to do better or worse."""

    own: TaskLoss
    untrained: tuple[TaskLoss, ...] = ()
    """Of re-initialised copies: what is there to be had by guessing."""
    twin: TaskLoss | None = None
    """Of the same weights without what was planted; None where nothing was."""
    references: Mapping[str, TaskLoss] = field(default_factory=dict)
    """Of other models that are known to be sound, by their locator."""
    rescues: Mapping[str, tuple[Rescue, ...]] = field(default_factory=dict)
    """By role, and by layer where a role or a kind points there, such as `vision/01`."""
    resampled: Mapping[str, TaskLoss] = field(default_factory=dict)
    """By role, with its attention taken from the pair before: what depends on the input in it is then wrong."""
    jittered: TaskLoss | None = None
    """On images that are a pixel to the side and a little noisy: changes below that say nothing."""


def resample(spots: Sequence[Spot]) -> dict[str, Change]:
    """Changes that give each sample the attention of the one before, at all of these sites."""
    from tasks.diagnostics.intervention.steering import Change

    return {spot.name: Change(resampled=spot.per_sample) for spot in spots}


def rescale(spots: Sequence[Spot], factor: float) -> dict[str, Change]:
    """Changes that multiply the scores at all of these sites."""
    from tasks.diagnostics.intervention.steering import Change

    return {spot.name: Change(sharpness=factor) for spot in spots}


def on_top(changes: Changes, more: Mapping[str, Change]) -> Changes:
    """Some changes, and others after them."""
    return {**changes, **{site: (*changes.get(site, ()), change) for site, change in more.items()}}


def perform(
    task: Task,
    jittered: Task,
    layout: SiteLayout,
    planted: Changes,
    untrained: Sequence[TaskLoss],
    tell: Callable[[int, int], None],
    rescuing: bool = True,
) -> Performance | None:
    """How a model does its `task`, with each role changed; None where it has none.

    `jittered` is the same task on images that are not quite the same; `untrained` is what copies of the model make of
    it. What is `planted` stays in place throughout, but for the twin. Without `rescuing`, no other sharpness is tried.
    """
    own = task.loss(planted)
    if own is None:
        return None
    rescues: dict[str, tuple[Rescue, ...]] = {}
    resampled: dict[str, TaskLoss] = {}
    for done, (role, spots) in enumerate(layout.roles.items()):
        tell(done, len(layout.roles))
        if rescuing:
            rescues[role] = rescued(task, spots, planted, own)
        made = task.loss(on_top(planted, resample(spots)), spots[0].name)
        if made is not None:
            resampled[role] = made
    return Performance(
        own=own,
        untrained=tuple(untrained),
        twin=task.loss({}) if planted else None,
        rescues=rescues,
        resampled=resampled,
        jittered=jittered.loss(planted),
    )


def rescued(task: Task, spots: Sequence[Spot], planted: Changes, own: TaskLoss) -> tuple[Rescue, ...]:
    """The task with the scores at some sites, all of one role, multiplied by factors, to softer and to sharper.

    It goes on to the next factor of a direction until it does its task surely worse than its `own`.
    """
    found = []
    for direction in (SOFTER, SHARPER):
        for factor in direction:
            loss = task.loss(on_top(planted, rescale(spots, factor)), spots[0].name)
            if loss is None:
                return ()
            found.append(Rescue(factor, loss))
            if Rise.of(loss.tempered - own.tempered).surely_worse:
                break
    return tuple(found)


def jitter(images: Sequence[Image], seed: int = 0) -> list[Image]:
    """The images a pixel to the right and down, with noise of NOISE, the same for one seed."""
    import PIL.Image

    rng = np.random.default_rng(seed)
    made = []
    for image in images:
        pixels = np.asarray(image.convert("RGB"), dtype=np.float64)
        moved = np.pad(pixels, ((1, 0), (1, 0), (0, 0)), mode="edge")[:-1, :-1]
        noisy = (moved + rng.normal(0.0, NOISE, moved.shape)).round().clip(0, 255)
        made.append(PIL.Image.fromarray(noisy.astype(np.uint8)))
    return made
