"""The numbers behind kinds of collapse and harm, under the keys that reports look them up by."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from store.kinds import diagnostics_metrics as m
from store.metrics import AMOUNT, FREE, SHARE, Metric, Range
from tasks.diagnostics.diagnosis import summarise
from tasks.diagnostics.harm.judging import best_rescue
from tasks.diagnostics.harm.measuring import Performance
from tasks.diagnostics.intervention.mm_shap import MMShap
from tasks.diagnostics.kinds.finding import Kinds
from tasks.diagnostics.measures import Floats
from tasks.handler import Measurement, measured


def of_maps(kinds: Kinds) -> Iterator[Measurement]:
    """What was read of each layer for the kinds of collapse; a pooling head is no layer."""
    inputs = [reading.maps.inputs for reading in kinds.readings if reading.maps is not None]
    if inputs:
        yield measured(m.MAP_IMAGES, max(inputs))
    for reading in kinds.readings:
        place = reading.place
        if place.layer is None:
            continue
        at: dict[str, Any] = {"role": place.role, "layer": place.layer}
        if (maps := reading.maps) is not None:
            yield measured(m.MAP_KEYS, math.exp(float(maps.entropy.mean())), **at)
            yield measured(m.MAP_KL, max(0.0, float(maps.kl.mean())), **at)
            if not math.isnan(maps.input_share):
                yield measured(m.MAP_INPUT_SHARE, min(1.0, max(0.0, maps.input_share)), **at)
            yield measured(m.MAP_BETWEEN_HEADS, maps.between_heads, **at)
            yield measured(m.MAP_SINK, min(1.0, float(maps.sink.mean())), **at)
            yield measured(m.MAP_ENTROPY_NORM, min(1.0, maps.entropy_norm), **at)
            if maps.value_entropy_norm is not None:
                yield measured(m.MAP_VALUE_ENTROPY_NORM, min(1.0, maps.value_entropy_norm), **at)
        if reading.rollout is not None and np.isfinite(reading.rollout).all():
            rolled = summarise(reading.rollout, SHARE)
            yield measured(m.MAP_ROLLOUT, min(1.0, rolled.value), rolled.low, rolled.high, rolled.n, **at)
        if reading.untrained is not None:
            yield measured(m.MAP_KL_UNTRAINED, max(0.0, reading.untrained), **at)
        if reading.similarity is not None:
            yield measured(m.TOKENS_WITHIN, reading.similarity.within, **at)
            yield measured(m.TOKENS_COSINE, max(-1.0, min(1.0, reading.similarity.cosine)), **at)


def map_arrays(kinds: Kinds) -> dict[str, Floats]:
    """Metric -> [images], what is read of the maps of a layer image by image."""
    return {
        m.MAP_ROLLOUT.key(role=reading.place.role, layer=reading.place.layer): reading.rollout
        for reading in kinds.readings
        if reading.rollout is not None and reading.place.layer is not None
    }


def of_task(found: Performance | None) -> Iterator[Measurement]:
    """How a model does its task, and by how much better or worse with something changed, each over pairs."""
    for metric, values, within in _of_task(found):
        summary = summarise(values, within)
        yield measured(metric, summary.value, summary.low, summary.high, summary.n)
    if found is not None:
        for place, rescues in found.rescues.items():
            if (best := best_rescue(rescues, found.own)) is not None and (at := _place(place)) is not None:
                metric = m.LAYER_RESCUE_FACTOR if "layer" in at else m.RESCUE_FACTOR
                yield measured(metric, best[0].factor, **at)


def of_mm_shap(found: MMShap | None) -> Iterator[Measurement]:
    """T-SHAP and its parts; nothing where it is undefined for all pairs."""
    if found is None or not len(shares := found.text_share):
        return
    share = summarise(shares, SHARE)
    yield measured(m.MM_SHAP_TEXT, share.value, share.low, share.high, share.n)
    yield measured(m.MM_SHAP_ERROR, found.sampling_error)
    for at, modality in enumerate(("text", "image")):
        size = summarise(np.array([each.sizes[at] for each in found.pairs]), AMOUNT)
        yield measured(m.MM_SHAP_SIZE, size.value, size.low, size.high, size.n, modality=modality)
    yield measured(m.MM_SHAP_PAIRS, len(found.pairs))
    yield measured(m.MM_SHAP_EXACT, sum(each.exact for each in found.pairs))


def shap_arrays(found: MMShap | None) -> dict[str, Floats]:
    """Metric -> [pairs], what `of_mm_shap` gives the means of; NaN where the share is undefined."""
    if found is None or not found.pairs:
        return {}
    return {
        m.MM_SHAP_TEXT.path: np.array([each.text_share for each in found.pairs]),
        **{
            m.MM_SHAP_SIZE.key(modality=modality): np.array([each.sizes[at] for each in found.pairs])
            for at, modality in enumerate(("text", "image"))
        },
    }


def task_arrays(found: Performance | None) -> dict[str, Floats]:
    """Metric -> [pairs], what `of_task` gives the means of."""
    return {metric.path: values for metric, values, _ in _of_task(found)}


def _of_task(found: Performance | None) -> Iterator[tuple[Metric, Floats, Range]]:
    if found is None:
        return
    own = found.own
    yield m.TASK_LOSS, own.loss, AMOUNT
    yield m.TASK_BEATEN, own.beaten, SHARE
    if found.untrained:
        yield m.FLOOR_LOSS, np.asarray(np.mean([copy.loss for copy in found.untrained], axis=0)), AMOUNT
        yield m.FLOOR_BEATEN, np.asarray(np.mean([copy.beaten for copy in found.untrained], axis=0)), SHARE
    if found.twin is not None:
        yield m.TWIN_RISE, own.loss - found.twin.loss, FREE
    for number, reference in enumerate(found.references.values(), 1):
        yield m.REFERENCE_RISE.at(number=number), own.loss - reference.loss, FREE
    if found.jittered is not None:
        yield m.JITTER_RISE, found.jittered.tempered - own.tempered, FREE
    for role, resampled in found.resampled.items():
        if (at := _place(role)) is not None:
            yield m.RESAMPLED_RISE.at(**at), resampled.tempered - own.tempered, FREE
    for place, rescues in found.rescues.items():
        if (best := best_rescue(rescues, own)) is not None and (at := _place(place)) is not None:
            metric = m.LAYER_RESCUE_RISE if "layer" in at else m.RESCUE_RISE
            yield metric.at(**at), best[0].loss.tempered - own.tempered, FREE


def _place(name: str) -> Mapping[str, Any] | None:
    """Fields of a key; None for a pooling head, which is no role of layers."""
    role, _, layer = name.partition("/")
    if role == "pooling":
        return None
    return {"role": role, "layer": int(layer)} if layer else {"role": role}
