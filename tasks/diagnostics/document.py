"""A diagnosis as a JSON document of a fixed shape, for people's scripts and for the artifacts of a run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from store.kinds import diagnostics_metrics as m
from store.metrics import SHARE
from tasks.diagnostics.diagnosis import (
    MEETING,
    SUMMARY,
    UNIFORM,
    UNIFORM_HERE,
    Diagnosis,
    Relation,
    Site,
    Summary,
    summarise,
)
from tasks.diagnostics.intervention.influence import Effect
from tasks.diagnostics.intervention.mm_shap import MMShap
from tasks.diagnostics.kinds.finding import Reading
from tasks.diagnostics.losses import Loss
from tasks.diagnostics.told import of_mm_shap, of_task
from tasks.handler import Measurement

SCHEMA = "gonogo.diagnose/3"


def to_json(diagnosis: Diagnosis) -> dict[str, Any]:
    """The diagnosis as strict JSON of schema `gonogo.diagnose/3`: what is undefined is null, and nothing is NaN."""
    found = diagnosis
    metrics = [metric for metric in SUMMARY if metric in found.values or metric not in MEETING]
    finer = [metric for metric in found.values if metric not in SUMMARY]
    return {
        "schema": SCHEMA,
        "model": found.model.locator,
        "weights": found.provenance.weights,
        "untrained": found.model.untrained,
        "planted": str(found.model.plant) if found.model.plant else None,
        "architecture": found.provenance.architecture,
        "tokenizer": found.provenance.tokenizer,
        "n": found.n,
        "captions_per_image": found.captions_per_image,
        "data_digest": found.data_digest,
        "sites": [_site(site) for site in found.sites],
        m.SITES_SEEN.key(): len(found.sites),
        m.SITES_EXPECTED.key(): found.sites_expected,
        "sites_complete": not found.blind,
        "blind": list(found.blind),
        m.CAPTIONS_TRUNCATED.key(): found.cut,
        "summary": _bounded({metric: found.summary(metric) for metric in metrics}),
        "undefined": dict(found.undefined),
        "layers": _bounded({metric: found.summary(metric) for metric in finer}),
        "nulls": _nulls(found),
        "losses": [_loss(loss) for loss in found.losses.losses],
        "layer_losses": [_loss(loss) for loss in found.losses.layers],
        "head_losses": [_loss(loss) for loss in found.losses.heads],
        "task": found.task or None,
        "influence": [_effect(effect) for effect in found.effects],
        "entropy_and_influence": {"sites": _relation(found.relation()), "heads": _relation(found.relation(True))},
        "alignment": _alignment(found),
        "mm_shap": None if found.mm_shap is None else _mm_shap(found.mm_shap),
        "entropy_loss": found.losses.label,
        "entropy_loss_reason": found.losses.reason,
        "lost_layers": list(found.losses.lost_layers),
        "lost_heads": list(found.losses.lost_heads),
        "different_heads": list(found.losses.different_heads),
        "heads_not_compared": list(found.losses.heads_not_compared),
        "kinds": {kind: list(places) for kind, places in found.kinds.places.items()},
        "maps": [_reading(reading) for reading in found.kinds.readings],
        "values_unseen": list(found.kinds.unvalued),
        "not_rolled_out": dict(found.kinds.unrolled),
        "verdict": found.harm.label,
        "reason": found.harm.reason,
        "use": dict(found.harm.use),
        "need": dict(found.harm.need),
        "performance": {each.metric: _measurement(each) for each in of_task(found.performance)},
        m.LATENCY.key(): found.cost.latency_s,
        m.LATENCY_TAPPED.key(): found.cost.latency_tapped_s,
        m.PEAK_BYTES.key(): found.cost.peak_bytes,
        "seconds": found.cost.seconds,
        m.PARAMETERS.key(): found.parameters,
        "device": found.device,
        "dtype": found.dtype,
        m.ROWS.key(): found.rows,
        m.SAMPLING_ERROR.key(): found.sampling_error if np.isfinite(found.sampling_error) else None,
        "seed": found.seed,
        "batch_size": found.cost.batch_size,
        "versions": dict(found.versions),
    }


def _site(site: Site) -> dict[str, Any]:
    return {
        "name": site.name,
        "role": site.role,
        "layer": site.layer,
        "heads": site.heads,
        m.SAMPLING_ERROR.key(): site.sampling_error if np.isfinite(site.sampling_error) else None,
        "entropy": _number(site.entropy.mean()),
        "entropy_norm": _number(site.entropy_norm.mean()),
        "mass": _number(site.statistics["image_mass"].mean()) if "image_mass" in site.statistics else 1.0,
        "statistics": {name: _number(values.mean()) for name, values in site.statistics.items()},
        "entropy_by_head": [_number(value) for value in site.entropy.mean(axis=0)],
        "entropy_norm_by_head": [_number(value) for value in site.entropy_norm.mean(axis=0)],
    }


def _reading(reading: Reading) -> dict[str, Any]:
    maps, similarity = reading.maps, reading.similarity
    seen = None
    if maps is not None:
        seen = {
            "images": maps.inputs,
            "keys": float(np.exp(maps.entropy.mean())),
            "kl": float(maps.kl.mean()),
            "fixed_part": float(maps.fixed_part.mean()),
            "input_part": float(maps.input_part.mean()),
            "between_heads": maps.between_heads,
            "between_heads_without_sinks": maps.between_rest,
            "sink": float(maps.sink.mean()),
            "entropy_norm": maps.entropy_norm,
            "value_entropy_norm": maps.value_entropy_norm,
            "kl_by_head": [float(value) for value in maps.kl],
        }
    return {
        "place": reading.place.name,
        "site": reading.site,
        "kinds": list(reading.found),
        "maps": seen,
        "why_not": reading.why_not or None,
        "kl_untrained": reading.untrained,
        "rollout_entropy_norm": None if reading.rollout is None else _number(reading.rollout.mean()),
        "tokens_within": None if similarity is None else similarity.within,
        "tokens_cosine": None if similarity is None else similarity.cosine,
    }


def _measurement(each: Measurement) -> dict[str, Any]:
    return {"value": each.value, "low": each.low, "high": each.high, "n": each.n}


def _nulls(found: Diagnosis) -> dict[str, Any]:
    means = {metric: found.summary(uniform) for metric, uniform in UNIFORM_HERE.items()}
    drawn = found.nulls.random_init
    return {
        "uniform": {**_bounded(means), **UNIFORM},
        "random_initialisation": None
        if drawn is None
        else {
            "seeds": list(drawn.seeds),
            "images": drawn.images,
            "entropy_norm": {role: _number(values.mean()) for role, values in drawn.roles.items()},
            "layer_scores": {
                metric: {"mean": band.mean, "low": band.low, "high": band.high}
                for metric, band in found.score_nulls.items()
            },
            "entropy_norm_sd": {role: _number(values.mean(axis=1).std(ddof=1)) for role, values in drawn.roles.items()},
        },
        "shuffled_pairs": {
            metric: {"difference": shift.difference, "low": shift.low, "high": shift.high}
            for metric, shift in found.nulls.shuffled.items()
        },
    }


def _loss(loss: Loss) -> dict[str, Any]:
    numbers = ("value", "low", "high", "null", "null_low", "null_high", "p_collapsed", "p_different")
    return {"name": loss.name, **{name: _number(np.float64(getattr(loss, name))) for name in numbers}}


def _effect(effect: Effect) -> dict[str, Any]:
    change, loss = summarise(effect.change, SHARE), None if effect.loss is None else summarise(effect.loss)
    return {
        "kind": effect.kind,
        "site": effect.site or None,
        "head": effect.head,
        "n": change.n,
        **_bounded({"change": change, "loss": loss}),
    }


def _relation(relation: Relation | None) -> dict[str, Any] | None:
    if relation is None:
        return None
    return {"spearman": relation.value, "n": relation.n}


def _alignment(found: Diagnosis) -> dict[str, Any] | None:
    if found.alignment is None:
        return None
    triples = {m.MODALITY_GAP.key(): found.alignment.gap, m.PERMUTATION_SHARE.key(): found.alignment.share}
    return {
        m.RETRIEVAL_CHANCE.key(): found.alignment.chance,
        **{
            name: None if triple is None else dict(zip(("value", "low", "high"), triple, strict=True))
            for name, triple in triples.items()
        },
    }


def _mm_shap(found: MMShap) -> dict[str, Any]:
    return {
        **{each.metric: _measurement(each) for each in of_mm_shap(found)},
        "value": found.value or None,
        "hidden_words": found.hidden or None,
        "undefined": found.undefined or None,
        "pairs": [
            {
                "text_share": _number(np.float64(each.text_share)),
                "standard_error": each.error,
                "exact": each.exact,
                "words": each.words.tolist(),
                "cells": each.cells.tolist(),
            }
            for each in found.pairs
        ],
    }


def _bounded(summaries: Mapping[str, Summary | None]) -> dict[str, float | None]:
    numbers: dict[str, float | None] = {}
    for metric, summary in summaries.items():
        numbers[metric] = summary.value if summary else None
        numbers[f"{metric}_low"] = summary.low if summary else None
        numbers[f"{metric}_high"] = summary.high if summary else None
    return numbers


def _number(value: np.floating[Any]) -> float | None:
    return float(value) if np.isfinite(value) else None
