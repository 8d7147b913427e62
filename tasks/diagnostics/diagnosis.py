"""What a diagnosis found: per-image values, their summaries, and the verdict, with a fixed shape in JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from store.specs import ModelRef
from tasks.diagnostics.families.family import Provenance, TowerName
from tasks.diagnostics.measures import Floats
from tasks.diagnostics.verdict import Verdict

SCHEMA = "gonogo.diagnose/1"

SCORES = ("mcs_raw", "mcs_norm", "mcs_raw_uniform")
TOWERS = ("vision", "text")
ENTROPIES = tuple(f"{tower}_{kind}" for kind in ("entropy", "entropy_norm", "entropy_uniform") for tower in TOWERS)
READOUTS = tuple(f"{row}_{kind}" for row in ("vision_cls", "text_eot") for kind in ("entropy", "entropy_norm"))
SUMMARY = (*SCORES, *ENTROPIES, *READOUTS)
"""Metrics of the whole model, each with one value per image."""


@dataclass(frozen=True, slots=True)
class Summary:
    """Mean over images with its 95 % t interval, which one image does not give."""

    value: float
    low: float | None
    high: float | None
    n: int


@dataclass(frozen=True, slots=True, eq=False)
class Site:
    """One place of attention, measured on every image (a text site: mean over the image's captions)."""

    name: str
    role: TowerName
    layer: int | None
    """Index within the tower; None for a pooling head, which is no layer."""
    entropy: Floats
    """[images, heads], nats."""
    entropy_norm: Floats
    """[images, heads], as a share of ln(attendable keys)."""

    @property
    def heads(self) -> int:
        """Attention heads of the site."""
        return int(self.entropy.shape[1])


@dataclass(frozen=True, slots=True)
class Cost:
    """What the measuring took."""

    latency_s: float
    """Forward seconds per image-caption pair without the tap: one image plus one caption, median over batches."""
    latency_tapped_s: float
    """The same with the tap and its entropies."""
    peak_bytes: int
    """Most memory held while measuring; on a CPU, by the whole process."""
    seconds: float
    """From loading the model to the end."""


@dataclass(frozen=True, slots=True, eq=False)
class Diagnosis:
    """All that was measured of one model on some data."""

    model: ModelRef
    provenance: Provenance
    image_ids: NDArray[np.int64]
    captions_per_image: int
    sites: tuple[Site, ...]
    blind: tuple[str, ...]
    """Modules that look like attention and ran, but were not seen into."""
    values: Mapping[str, Floats]
    """Metric -> [images]; what is undefined is absent."""
    undefined: Mapping[str, str]
    """Metric of SUMMARY -> why it has no value."""
    verdict: Verdict
    cost: Cost
    parameters: int
    device: str
    dtype: str
    seed: int
    batch_size: int
    data_digest: str
    versions: Mapping[str, str]

    @property
    def n(self) -> int:
        """Images measured."""
        return len(self.image_ids)

    @property
    def sites_expected(self) -> int:
        """Sites seen, and modules that look like attention but were not seen into."""
        return len(self.sites) + len(self.blind)

    def summary(self, metric: str) -> Summary | None:
        """The mean over images of a metric in `values`; None where it is undefined."""
        return summarise(self.values[metric]) if metric in self.values else None


def summarise(values: Floats) -> Summary:
    """Mean of `values`, [images], with its 95 % t interval."""
    from tasks.statistics.intervals import t_interval

    mean, n = float(values.mean()), len(values)
    if n < 2:
        return Summary(mean, None, None, n)
    low, high = t_interval(values)
    return Summary(mean, float(low), float(high), n)


def to_json(diagnosis: Diagnosis) -> dict[str, Any]:
    """The diagnosis as strict JSON of schema `gonogo.diagnose/1`: what is undefined is null, and nothing is NaN."""
    found = diagnosis
    return {
        "schema": SCHEMA,
        "model": found.model.locator,
        "weights": found.provenance.weights,
        "untrained": found.model.untrained,
        "architecture": found.provenance.architecture,
        "tokenizer": found.provenance.tokenizer,
        "n": found.n,
        "captions_per_image": found.captions_per_image,
        "data_digest": found.data_digest,
        "sites": [_site(site) for site in found.sites],
        "sites_seen": len(found.sites),
        "sites_expected": found.sites_expected,
        "sites_complete": not found.blind,
        "blind": list(found.blind),
        "summary": _bounded({metric: found.summary(metric) for metric in SUMMARY}),
        "undefined": dict(found.undefined),
        "layers": _bounded({metric: found.summary(metric) for metric in found.values if metric.startswith("layer/")}),
        "nulls": _nulls(found),
        "verdict": found.verdict.label,
        "reason": found.verdict.reason,
        "latency_s": found.cost.latency_s,
        "latency_tapped_s": found.cost.latency_tapped_s,
        "peak_bytes": found.cost.peak_bytes,
        "seconds": found.cost.seconds,
        "parameters": found.parameters,
        "device": found.device,
        "dtype": found.dtype,
        "seed": found.seed,
        "batch_size": found.batch_size,
        "versions": dict(found.versions),
    }


def _site(site: Site) -> dict[str, Any]:
    return {
        "name": site.name,
        "role": site.role,
        "layer": site.layer,
        "heads": site.heads,
        "entropy": _number(site.entropy.mean()),
        "entropy_norm": _number(site.entropy_norm.mean()),
        "mass": 1.0,  # within a tower all keys are of one group
        "entropy_by_head": [_number(value) for value in site.entropy.mean(axis=0)],
        "entropy_norm_by_head": [_number(value) for value in site.entropy_norm.mean(axis=0)],
    }


def _nulls(found: Diagnosis) -> dict[str, Any]:
    means = {
        "mcs_raw": found.summary("mcs_raw_uniform"),
        "vision_entropy": found.summary("vision_entropy_uniform"),
        "text_entropy": found.summary("text_entropy_uniform"),
    }
    exact = {"mcs_norm": 0.5, "vision_entropy_norm": 1.0, "text_entropy_norm": 1.0}
    return {"uniform": {**_bounded(means), **exact}, "random_initialisation": None}


def _bounded(summaries: Mapping[str, Summary | None]) -> dict[str, float | None]:
    numbers: dict[str, float | None] = {}
    for metric, summary in summaries.items():
        numbers[metric] = summary.value if summary else None
        numbers[f"{metric}_low"] = summary.low if summary else None
        numbers[f"{metric}_high"] = summary.high if summary else None
    return numbers


def _number(value: np.floating[Any]) -> float | None:
    return float(value) if np.isfinite(value) else None
