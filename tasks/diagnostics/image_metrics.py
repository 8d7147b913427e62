"""Per-image metrics of a model, from the record of its sites; the unit of analysis is the image."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from tasks.diagnostics.families.model import Role
from tasks.diagnostics.measures import Floats, bands, mcs, paired_layers
from tasks.diagnostics.recording import Record

ROLES: tuple[Role, ...] = ("vision", "text", "vision_stream", "text_stream", "fusion", "cross", "cross_reverse")
"""Roles whose sites are layers."""

_KINDS = {"entropy": "entropy", "entropy_norm": "entropy_norm", "entropy_uniform": "uniform"}
"""Suffix of a metric -> statistic."""
_SCORES = {"mcs_raw": "entropy", "mcs_norm": "entropy_norm", "mcs_raw_uniform": "uniform"}
_READOUTS: Mapping[Role, tuple[str, str]] = {
    "vision": ("vision_cls", "the vision tower has no class token"),
    "text": ("text_eot", "the text tower has no end of text that it hands on"),
}
_MIXED = {"fusion_image_mass": "image_mass/text", "fusion_log_odds": "log_odds/text"}
"""Metric of sites where both modalities meet -> statistic; the rows are those of text."""


@dataclass(frozen=True, slots=True)
class Modality:
    """Where the entropy of a modality is read: its own tower, or its rows where modalities meet in one sequence."""

    layers: tuple[str, ...]
    rows: str = ""
    """Suffix of the statistics of its rows; empty for a tower, where all rows are its own."""

    def values(self, record: Record, site: str, statistic: str) -> Floats:
        """[samples], mean over the heads of a site."""
        return np.asarray(record.values(site, statistic + self.rows).mean(axis=1))

    def mean(self, record: Record, statistic: str) -> Floats:
        """[samples], mean over layers of the means over heads."""
        return np.asarray(np.mean([self.values(record, site, statistic) for site in self.layers], axis=0))


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
            self.undefined[metric] = "on some image no row counts, or neither modality has any entropy"
        else:
            self.values[metric] = value


def image_metrics(record: Record, absent: Mapping[Role, str]) -> Metrics:
    """Metrics of the images of a record; `absent` tells why a role has no attention.

    An image's text entropy is the mean over its captions; a role's, the mean over its layers. A score is taken of each
    image-caption pair, then averaged over the image's captions. `layer/NN/...` compares a vision layer with its partner
    of `measures.paired_layers`; `band/...` are means over a third of the layers.
    """
    metrics = Metrics()
    vision, text = modality(record, "vision"), modality(record, "text")
    reasons = {}
    for role, found in (("vision", vision), ("text", text)):
        reasons[role] = "" if found.layers else _absence(record, role, absent)  # type: ignore[arg-type]
        for suffix, statistic in _KINDS.items():
            value = reasons[role] or _by_image(found.mean(record, statistic), record)
            metrics.put(f"{role}_{suffix}", value)
    _put_readouts(metrics, record, reasons)
    for role in ROLES:
        _put_layers(metrics, record, role)
    _put_meeting(metrics, record)
    _put_scores(metrics, record, vision, text, "; ".join(filter(None, reasons.values())))
    return metrics


def modality(record: Record, name: Role) -> Modality:
    """Where to read `vision` or `text`: the tower where there is one, else the rows in the joint sequence."""
    tower = tuple(record.layers(name))
    if tower:
        return Modality(tower)
    rows = "/image" if name == "vision" else "/text"
    joint = [site for site in record.layers("fusion") if f"entropy{rows}" in record.statistics(site)]
    return Modality(tuple(joint), rows)


def role_mean(record: Record, role: Role, statistic: str) -> Floats:
    """[images], mean over the layers and heads of a role, and over the captions of each image."""
    return np.asarray(np.mean([record.by_image(site, statistic).mean(axis=1) for site in record.layers(role)], axis=0))


def _absence(record: Record, role: Role, absent: Mapping[Role, str]) -> str:
    if role in absent:
        return absent[role]
    elsewhere = " outside its pooling head" if record.layers("pooling") and role == "vision" else ""
    return f"the {role} tower has no softmax attention{elsewhere}"


def _put_readouts(metrics: Metrics, record: Record, reasons: Mapping[str, str]) -> None:
    for role, (row, missing) in _READOUTS.items():
        for kind in ("entropy", "entropy_norm"):
            sites = [site for site in record.layers(role) if f"{kind}/readout" in record.statistics(site)]
            value = [record.by_image(site, f"{kind}/readout").mean(axis=1) for site in sites]
            metrics.put(f"{row}_{kind}", np.mean(value, axis=0) if value else reasons[role] or missing)


def _put_layers(metrics: Metrics, record: Record, role: Role) -> None:
    layers = record.layers(role)
    of_layers = [record.by_image(site, "entropy_norm").mean(axis=1) for site in layers]
    for layer, site in enumerate(layers):
        metrics.put(f"layer/{role}/{layer:02d}/entropy", record.by_image(site, "entropy").mean(axis=1))
        metrics.put(f"layer/{role}/{layer:02d}/entropy_norm", of_layers[layer])
    for band, chosen in bands(len(layers)).items():
        metrics.put(f"band/{role}/{band}/entropy_norm", _mean_of(of_layers[layer] for layer in chosen))


def _put_meeting(metrics: Metrics, record: Record) -> None:
    for role in ROLES[2:]:
        if record.layers(role):
            for kind in ("entropy", "entropy_norm"):
                metrics.put(f"{role}_{kind}", role_mean(record, role, kind))
    mixed = [site for site in record.layers("fusion") if "log_odds/text" in record.statistics(site)]
    for metric, statistic in _MIXED.items():
        if mixed:
            metrics.put(metric, _mean_of(record.by_image(site, statistic).mean(axis=1) for site in mixed))
    for layer, site in enumerate(mixed):
        metrics.put(f"layer/fusion/{layer:02d}/log_odds", record.by_image(site, "log_odds/text").mean(axis=1))
    gated = [site for site in record.sites if "gated_influence" in record.statistics(site)]
    if gated:
        metrics.put("gated_influence", _mean_of(record.by_image(site, "gated_influence")[:, 0] for site in gated))
    for site in gated:
        role = record.role(site)
        layer = record.layers(role).index(site)
        metrics.put(f"layer/{role}/{layer:02d}/gated_influence", record.by_image(site, "gated_influence")[:, 0])


def _put_scores(metrics: Metrics, record: Record, vision: Modality, text: Modality, absence: str) -> None:
    for metric, statistic in _SCORES.items():
        metrics.put(metric, absence or _score(vision.mean(record, statistic), text.mean(record, statistic), record))
    if absence:
        return
    pairs = paired_layers(len(vision.layers), len(text.layers))
    for metric in ("mcs_raw", "mcs_norm"):
        statistic = _SCORES[metric]
        of_layers = [
            _score(
                vision.values(record, vision.layers[layer], statistic),
                text.values(record, text.layers[partner], statistic),
                record,
            )
            for layer, partner in pairs
        ]
        for layer, value in enumerate(of_layers):
            metrics.put(f"layer/{layer:02d}/{metric}", value)
        for band, chosen in bands(len(of_layers)).items():
            metrics.put(f"band/{band}/{metric}", _mean_of(of_layers[layer] for layer in chosen))


def _score(vision: Floats, text: Floats, record: Record) -> Floats:
    """[images] from samples of either modality, images or pairs."""
    return mcs(_by_image(vision, record), text.reshape(record.images, -1))


def _by_image(of_samples: Floats, record: Record) -> Floats:
    """Mean over the captions of each image; image values stay as they are."""
    return np.asarray(of_samples.reshape(record.images, -1).mean(axis=1))


def _mean_of(values: Iterable[Floats]) -> Floats:
    return np.asarray(np.mean(list(values), axis=0))
