"""Influence: how much the output changes when something is taken away. Entropy does not tell that."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from store.errors import GonogoError
from store.specs import Influence
from tasks.diagnostics.families.model import VisionLanguageModel
from tasks.diagnostics.layout import Layout
from tasks.diagnostics.measures import Floats

if TYPE_CHECKING:
    from PIL.Image import Image
    from torch import Tensor

    from tasks.diagnostics.families.model import Answer, Output
    from tasks.diagnostics.intervention.steering import Changes

Kind = Literal["swap-image", "cut-image", "swap-text", "uniform-site", "silent-head"]


@dataclass(frozen=True, slots=True, eq=False)
class Effect:
    """What one intervention does to the output, image by image."""

    kind: Kind
    site: str
    """Empty where a modality was changed."""
    head: int | None
    change: Floats
    """[images], total variation between the output with and without it: the share of probability that moves."""
    loss: Floats | None
    """[images], rise of the negative log-likelihood of the right answer, in nats; None without right answers."""


Given = tuple[Sequence["Image"], Sequence[str]]


@dataclass(frozen=True, slots=True)
class _Step:
    kind: Kind
    site: str = ""
    head: int | None = None


def measure_influence(
    model: VisionLanguageModel,
    layout: Layout,
    images: Sequence[Image],
    captions: Sequence[str],
    extent: Influence,
    batch_size: int,
    planted: Changes,
    tell: Callable[[int, int], None],
    at_sites: int | None = None,
) -> list[Effect]:
    """The effects on image-caption pairs, at least two of them, one caption an image.

    `extent` says which interventions are made; what is `planted` stays in place throughout. Swapping gives every image
    the next one's pixels, cutting a blank of its mean colour; a text is swapped where the output judges pairs. Sites
    are changed for the first `at_sites` pairs only, or for all. Empty where the model has no output; raises GonogoError
    where that is not finite.
    """
    found: list[Effect] = []
    for steps, pairs in ((_modalities(extent), len(images)), (_sites(layout, extent), at_sites)):
        if steps:
            found += _effects(model, steps, images[:pairs], captions[:pairs], batch_size, planted, tell)
    return found


def _effects(
    model: VisionLanguageModel,
    steps: Sequence[_Step],
    images: Sequence[Image],
    captions: Sequence[str],
    batch_size: int,
    planted: Changes,
    tell: Callable[[int, int], None],
) -> list[Effect]:
    size = len(images) if model.coupled else max(1, min(batch_size, len(images)))
    found: dict[_Step, list[tuple[Floats, Floats | None]]] = {}
    starts = range(0, len(images), size)
    for batch, start in enumerate(starts):
        part = slice(start, start + size)
        own = images[part], captions[part]
        others = [*images[1:], images[0]][part], [*captions[1:], captions[0]][part]
        ask = model.ask(*own, batch_size)
        base = _answer(model, ask, planted)
        if base is None:
            return []
        for done, step in enumerate(steps):
            tell(batch * len(steps) + done, len(starts) * len(steps))
            if step.kind == "swap-text" and (model.coupled or base.logits.shape[1] > 1):
                continue
            asked = ask if step.site else model.ask(*_given(step, own, others), batch_size)
            altered = _answer(model, asked, _changes(step, planted), step.site or None)
            assert altered is not None, "it had an output a moment ago"
            found.setdefault(step, []).append(_compare(base, altered))
    return [_joined(step, parts) for step, parts in found.items()]


def blank(image: Image) -> Image:
    """An image of the same size in its mean colour."""
    import PIL.Image

    mean = np.asarray(image.convert("RGB"), dtype=np.float64).mean(axis=(0, 1)).round().astype(int)
    return PIL.Image.new("RGB", image.size, tuple(mean.tolist()))


def _modalities(extent: Influence) -> list[_Step]:
    return [] if extent == "none" else [_Step("swap-image"), _Step("cut-image"), _Step("swap-text")]


def _sites(layout: Layout, extent: Influence) -> list[_Step]:
    spots = [spot for role in layout.roles.values() for spot in role]
    steps = [_Step("uniform-site", spot.name) for spot in spots if extent in ("sites", "heads")]
    if extent == "heads":
        steps += [_Step("silent-head", spot.name, head) for spot in spots for head in range(spot.heads or 0)]
    return steps


def _given(step: _Step, own: Given, others: Given) -> Given:
    """What a step shows the model."""
    match step.kind:
        case "swap-image":
            return others[0], own[1]
        case "cut-image":
            return [blank(image) for image in own[0]], own[1]
        case "swap-text":
            return own[0], others[1]
        case _:
            return own


def _changes(step: _Step, planted: Changes) -> Changes:
    """What a step does to attention, on top of what is planted."""
    from tasks.diagnostics.intervention.steering import Change

    if not step.site:
        return planted
    silent = step.kind == "silent-head"
    change = Change((step.head or 0,), silent=True) if silent else Change(sharpness=0.0)
    return {**planted, step.site: (*planted.get(step.site, ()), change)}


def _answer(model: VisionLanguageModel, ask: Answer, changes: Changes, changed: str | None = None) -> Output | None:
    import torch

    from tasks.diagnostics.intervention.steering import Steering

    with torch.inference_mode(), Steering(model.module, changes):
        return ask(changed)


def _compare(base: Output, altered: Output) -> tuple[Floats, Floats | None]:
    p, q = (output.logits.float().log_softmax(-1) for output in (base, altered))
    change = _per_sample((p.exp() - q.exp()).abs().sum(-1) / 2, base.valid)
    if not np.isfinite(change).all():
        raise GonogoError("the model's output is not finite on some image; measure it in float32, or without influence")
    if base.labels is None:
        return change, None
    right = base.labels.clamp_min(0)[..., None]
    return change, _per_sample((p.gather(-1, right) - q.gather(-1, right))[..., 0], base.valid)


def _per_sample(values: Tensor, valid: Tensor) -> Floats:
    """Mean over the positions that count, [samples]."""
    kept = values.double().where(valid, 0.0).sum(1) / valid.sum(1)
    return np.asarray(kept.cpu().numpy())


def _joined(step: _Step, parts: Sequence[tuple[Floats, Floats | None]]) -> Effect:
    losses = [loss for _, loss in parts if loss is not None]
    return Effect(
        step.kind,
        step.site,
        step.head,
        np.concatenate([change for change, _ in parts]),
        np.concatenate(losses) if losses else None,
    )
