"""Per-image metrics of a dual encoder, from the records of its two towers; the unit of analysis is the image."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from tasks.diagnostics.measures import Floats, mcs, paired_layers
from tasks.diagnostics.recording import Tower

_KINDS = {"entropy": "entropy", "entropy_norm": "entropy_norm", "entropy_uniform": "uniform"}
"""Suffix of a metric -> field of HeadMeans."""
_SCORES = {"mcs_raw": "entropy", "mcs_norm": "entropy_norm", "mcs_raw_uniform": "uniform"}
_READOUTS = {"vision": ("vision_cls", "the vision tower has no class token"), "text": ("text_eot", "no end of text")}


@dataclass(frozen=True, slots=True)
class Metrics:
    """What could be measured, and why the rest could not."""

    values: dict[str, Floats] = field(default_factory=dict)
    """Metric -> [images], finite."""
    undefined: dict[str, str] = field(default_factory=dict)
    """Metric -> the reason why it has no value."""

    def put(self, metric: str, value: Floats | str) -> None:
        """Keep a value, or the reason for its absence."""
        if isinstance(value, str):
            self.undefined[metric] = value
        elif not np.isfinite(value).all():
            self.undefined[metric] = "on some image no row counts, or neither tower has any entropy"
        else:
            self.values[metric] = value


def image_metrics(vision: Tower, text: Tower, n: int) -> Metrics:
    """Metrics of `n` images. An image's text entropy is the mean over its captions; a tower's, the mean over layers.

    A score is taken of each image-caption pair, then averaged over the image's captions. `layer/NN/...` compares a
    vision layer with its partner of `measures.paired_layers`.
    """
    metrics = Metrics()
    for tower in (vision, text):
        _put_entropies(metrics, tower, n)
    absent = "; ".join(tower.absence for tower in (vision, text) if tower.absence)
    for metric, kind in _SCORES.items():
        metrics.put(metric, absent or mcs(tower_mean(vision, kind), tower_mean(text, kind).reshape(n, -1)))
    if not absent:
        _put_layer_scores(metrics, vision, text, n)
    return metrics


def tower_mean(tower: Tower, kind: str) -> Floats:
    """[samples], mean over the layers of a tower of the means over heads."""
    return np.asarray(np.mean([tower.values(site, kind).mean(axis=1) for site in tower.layers], axis=0))


def _put_entropies(metrics: Metrics, tower: Tower, n: int) -> None:
    for suffix, kind in _KINDS.items():
        metrics.put(f"{tower.name}_{suffix}", tower.absence or _by_image(tower_mean(tower, kind), n))
    row, missing = _READOUTS[tower.name]
    for kind in ("entropy", "entropy_norm"):
        readout = tower.readout(kind)
        reason = tower.absence or missing
        metrics.put(f"{row}_{kind}", reason if readout is None else _by_image(readout, n))
        for layer, site in enumerate(tower.layers):
            of_layer = _by_image(tower.values(site, kind).mean(axis=1), n)
            metrics.put(f"layer/{tower.name}/{layer:02d}/{kind}", of_layer)


def _put_layer_scores(metrics: Metrics, vision: Tower, text: Tower, n: int) -> None:
    for layer, partner in paired_layers(len(vision.layers), len(text.layers)):
        for metric in ("mcs_raw", "mcs_norm"):
            of_images = vision.values(vision.layers[layer], _SCORES[metric]).mean(axis=1)
            of_captions = text.values(text.layers[partner], _SCORES[metric]).mean(axis=1)
            metrics.put(f"layer/{layer:02d}/{metric}", mcs(of_images, of_captions.reshape(n, -1)))


def _by_image(of_samples: Floats, n: int) -> Floats:
    """Mean over the captions of each image; image values stay as they are."""
    return np.asarray(of_samples.reshape(n, -1).mean(axis=1))
