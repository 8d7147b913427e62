"""Influence: how much the output changes when something is taken away. Entropy does not tell that."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Literal

import numpy as np

from store.errors import GonogoError
from store.kinds.diagnostics import Influence
from store.kinds.diagnostics_metrics import ANOTHER_IMAGE, ANOTHER_TEXT, BLANK_IMAGE, EMPTY_TEXT, Intervention
from tasks.diagnostics.families.model import VisionLanguageModel
from tasks.diagnostics.intervention.exchanging import next_other, places_of_others
from tasks.diagnostics.intervention.recalling import BlockMemory, memory_of
from tasks.diagnostics.measures import Floats
from tasks.diagnostics.site_layout import SiteLayout

if TYPE_CHECKING:
    from PIL.Image import Image
    from torch import Tensor

    from tasks.diagnostics.families.model import Answer, Output
    from tasks.diagnostics.intervention.steering import Changes

Kind = Intervention | Literal["uniform-site", "silent-head"]

_TEXT_KINDS = (ANOTHER_TEXT, EMPTY_TEXT)
_MODAL_KINDS = (ANOTHER_IMAGE, BLANK_IMAGE, *_TEXT_KINDS)


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


@dataclass(frozen=True, slots=True)
class Interventions:
    """What was done to a model, and what could not be."""

    effects: tuple[Effect, ...] = ()
    untried: Mapping[Kind, str] = field(default_factory=dict)
    """Intervention on a modality -> why it was not made."""

    @property
    def rises(self) -> Mapping[str, Floats]:
        """Modality -> [images], rise of the loss where it is exchanged for another, nats; where both were."""
        losses = {effect.kind: effect.loss for effect in self.effects}
        of = {"image": losses.get(ANOTHER_IMAGE), "text": losses.get(ANOTHER_TEXT)}
        found = {modality: loss for modality, loss in of.items() if loss is not None}
        return found if len(found) == len(of) else {}


Given = tuple[Sequence["Image"], Sequence[str]]


@dataclass(frozen=True, slots=True)
class _Step:
    kind: Kind
    site: str = ""
    head: int | None = None


def measure_influence(
    model: VisionLanguageModel,
    layout: SiteLayout,
    images: Sequence[Image],
    captions: Sequence[str],
    extent: Influence,
    batch_size: int,
    planted: Changes,
    tell: Callable[[int, int], None],
    at_sites: int | None = None,
    memory: BlockMemory | None = None,
) -> Interventions:
    """The effects on image-caption pairs, at least two of them, one caption an image.

    `extent` says which interventions are made; what is `planted` stays in place throughout. Swapping gives every pair
    the next image, or the next text, that differs from its own; cutting gives it a blank image of its mean colour, or
    an empty text. Where pairs are `coupled`, a text is changed for the output over images, given the text; a writer has
    the tokens of the other text before each of its own, and an empty text leaves it nothing to write. Sites are changed
    for the first `at_sites` pairs only, or for all. What blocks make of the pairs as they are is kept in `memory`, and
    not run again. Nothing is done where the model has no output; raises GonogoError where that is not finite.
    """
    memory = memory or memory_of(model, layout, planted)
    if extent == "none" or (shape := _answer(model, model.ask(images[:2], captions[:2]), planted)) is None:
        return Interventions()
    judges = model.coupled or shape.logits.shape[1] == 1
    reads = judges or model.ask_after(images, captions, next_other(captions, str)) is not None
    modalities, untried = _modalities(judges, reads, images, captions)
    found: list[Effect] = []
    for steps, pairs in ((modalities, len(images)), (_sites(layout, extent), at_sites)):
        if steps:
            found += _effects(model, steps, images[:pairs], captions[:pairs], batch_size, planted, memory, tell)
    return Interventions(tuple(found), untried)


def _effects(
    model: VisionLanguageModel,
    steps: Sequence[_Step],
    images: Sequence[Image],
    captions: Sequence[str],
    batch_size: int,
    planted: Changes,
    memory: BlockMemory,
    tell: Callable[[int, int], None],
) -> list[Effect]:
    size = len(images) if model.coupled else max(1, min(batch_size, len(images)))
    found: dict[_Step, list[tuple[Floats, Floats | None]]] = {}
    starts = range(0, len(images), size)
    instead = next_other(images, _pixels), next_other(captions, str)
    for batch, start in enumerate(starts):
        part = slice(start, start + size)
        own = images[part], captions[part]
        others = instead[0][part], instead[1][part]
        ask = model.ask(*own, batch_size)
        with memory.recalling(model.module, planted, keep=True):
            base = _answer(model, ask, planted)
        assert base is not None, "it had an output a moment ago"
        for done, step in enumerate(steps):
            tell(batch * len(steps) + done, len(starts) * len(steps))
            if model.coupled and step.kind in (ANOTHER_IMAGE, ANOTHER_TEXT):
                altered: Output | None = _exchanged(step, base, own)
            else:
                asked = ask if step.site else _asked(model, step, own, others, batch_size)
                changes = _changes(step, planted)
                with memory.recalling(model.module, changes):
                    altered = _answer(model, asked, changes, step.site or None)
            assert altered is not None, "it had an output a moment ago"
            found.setdefault(step, []).append(_compare(*_read(model, step, base, altered)))
    return [_joined(step, parts) for step, parts in found.items()]


def _exchanged(step: _Step, base: Output, own: Given) -> Output:
    """The output for pairs whose images, or texts, are those of others, where all are judged beside one another."""
    images, captions = own
    if step.kind == ANOTHER_IMAGE:
        return replace(base, logits=base.logits[places_of_others(images, _pixels)])
    return replace(base, logits=base.logits[..., places_of_others(captions, str)])


def _asked(model: VisionLanguageModel, step: _Step, own: Given, others: Given, batch_size: int) -> Answer:
    """The output with another image, or another text, than a pair's own; a writer reads it before its own tokens."""
    if step.kind == ANOTHER_TEXT:
        answer = model.ask_after(*own, others[1])
        if answer is not None:
            return answer
    return model.ask(*_given(step, own, others), batch_size)


def _read(model: VisionLanguageModel, step: _Step, base: Output, altered: Output) -> tuple[Output, Output]:
    """Outputs as they answer a step: over the texts given an image, or turned, over the images given a text."""
    turned = model.coupled and step.kind in _TEXT_KINDS
    return (base.turned(), altered.turned()) if turned else (base, altered)


def blank(image: Image) -> Image:
    """An image of the same size in its mean colour."""
    import PIL.Image

    mean = np.asarray(image.convert("RGB"), dtype=np.float64).mean(axis=(0, 1)).round().astype(int)
    return PIL.Image.new("RGB", image.size, tuple(mean.tolist()))


def _modalities(
    judges: bool, reads: bool, images: Sequence[Image], captions: Sequence[str]
) -> tuple[list[_Step], dict[Kind, str]]:
    """The steps that change a modality of a model, and why others are not taken.

    It judges pairs or it writes; `reads` says whether another text can be put in the place of its own.
    """
    untried: dict[Kind, str] = {}
    if all(_pixels(image) == _pixels(blank(image)) for image in images):
        untried[BLANK_IMAGE] = "every image is of one colour"
    if len({_pixels(image) for image in images}) == 1:
        untried[ANOTHER_IMAGE] = "all images are the same"
    if not judges:
        untried[EMPTY_TEXT] = "the output is read at the tokens of the text itself"
    if not reads:
        untried[ANOTHER_TEXT] = "the output is read at the tokens of the text itself, of which there are too few"
    elif len(set(captions)) == 1:
        untried[ANOTHER_TEXT] = "all texts are the same"
    return [_Step(kind) for kind in _MODAL_KINDS if kind not in untried], untried


def _pixels(image: Image) -> tuple[tuple[int, int], bytes]:
    """What tells an image from others."""
    return image.size, sha256(image.convert("RGB").tobytes()).digest()


def _sites(layout: SiteLayout, extent: Influence) -> list[_Step]:
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
        case "cut-text":
            return own[0], [""] * len(own[1])
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
