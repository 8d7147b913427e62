"""Per-image metrics of a model, from the record of its sites; the unit of analysis is the image."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from store.kinds import diagnostics_metrics as m
from store.models import LAYER_ROLES, MEETING_ROLES, LayerRole, Role
from tasks.diagnostics.measures import Floats, bands, mcs, paired_layers
from tasks.diagnostics.recording import Record
from tasks.diagnostics.reduction import GATED_INFLUENCE

_SCORES = {m.MCS_RAW: "entropy", m.MCS_NORM: "entropy_norm", m.MCS_RAW_UNIFORM: "uniform"}
"""Score -> statistic of the towers that it compares."""
_ENTROPIES = {m.ROLE_ENTROPY: "entropy", m.ROLE_ENTROPY_NORM: "entropy_norm"}
_READOUT_ENTROPIES = {m.READOUT_ENTROPY: "entropy/readout", m.READOUT_ENTROPY_NORM: "entropy_norm/readout"}
_READOUTS: Mapping[Role, tuple[str, str]] = {
    "vision": ("vision_cls", "the vision tower has no class token"),
    "text": ("text_eot", "the text tower has no end of text that it hands on"),
}
_MIXED = {m.FUSION_IMAGE_MASS: "image_mass/text", m.FUSION_LOG_ODDS: "log_odds/text"}
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
    image-caption pair, then averaged over the image's captions. The score of a layer compares a vision layer with its
    partner of `measures.paired_layers`; bands are means over a third of the layers.
    """
    metrics = Metrics()
    vision, text = modality(record, "vision"), modality(record, "text")
    reasons = {}
    for role, found in (("vision", vision), ("text", text)):
        reasons[role] = "" if found.layers else _absence(record, role, absent)  # type: ignore[arg-type]
        for metric, statistic in _of_tower(role).items():
            metrics.put(metric, reasons[role] or _by_image(found.mean(record, statistic), record))
    _put_readouts(metrics, record, reasons)
    for role in LAYER_ROLES:
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


def _of_tower(tower: str) -> dict[str, str]:
    """Metric of `vision` or `text` as a whole -> statistic."""
    uniform = m.TOWER_ENTROPY_UNIFORM.key(tower=tower)
    return {**{metric.key(role=tower): statistic for metric, statistic in _ENTROPIES.items()}, uniform: "uniform"}


def _absence(record: Record, role: Role, absent: Mapping[Role, str]) -> str:
    if role in absent:
        return absent[role]
    elsewhere = " outside its pooling head" if record.layers("pooling") and role == "vision" else ""
    return f"the {role} tower has no softmax attention{elsewhere}"


def _put_readouts(metrics: Metrics, record: Record, reasons: Mapping[str, str]) -> None:
    for role, (readout, missing) in _READOUTS.items():
        for metric, statistic in _READOUT_ENTROPIES.items():
            sites = [site for site in record.layers(role) if statistic in record.statistics(site)]
            value = [record.by_image(site, statistic).mean(axis=1) for site in sites]
            found = np.mean(value, axis=0) if value else reasons[role] or missing
            metrics.put(metric.key(readout=readout), found)


def _put_layers(metrics: Metrics, record: Record, role: LayerRole) -> None:
    layers = record.layers(role)
    of_layers = [record.by_image(site, "entropy_norm").mean(axis=1) for site in layers]
    for layer, site in enumerate(layers):
        metrics.put(m.LAYER_ENTROPY.key(role=role, layer=layer), record.by_image(site, "entropy").mean(axis=1))
        metrics.put(m.LAYER_ENTROPY_NORM.key(role=role, layer=layer), of_layers[layer])
    for band, chosen in bands(len(layers)).items():
        metrics.put(m.BAND_ENTROPY_NORM.key(role=role, band=band), _mean_of(of_layers[layer] for layer in chosen))


def _put_meeting(metrics: Metrics, record: Record) -> None:
    for role in MEETING_ROLES:
        if record.layers(role):
            for metric, statistic in _ENTROPIES.items():
                metrics.put(metric.key(role=role), role_mean(record, role, statistic))
    mixed = [site for site in record.layers("fusion") if "log_odds/text" in record.statistics(site)]
    for metric, statistic in _MIXED.items():
        if mixed:
            metrics.put(metric.key(), _mean_of(record.by_image(site, statistic).mean(axis=1) for site in mixed))
    for layer, site in enumerate(mixed):
        value = record.by_image(site, _MIXED[m.FUSION_LOG_ODDS]).mean(axis=1)
        metrics.put(m.LAYER_LOG_ODDS.key(role="fusion", layer=layer), value)
    gated = [site for site in record.sites if GATED_INFLUENCE in record.statistics(site)]
    if gated:
        whole = _mean_of(record.by_image(site, GATED_INFLUENCE)[:, 0] for site in gated)
        metrics.put(m.GATED_INFLUENCE.key(), whole)
    for site in gated:
        site_role = record.role(site)
        layer = record.layers(site_role).index(site)
        value = record.by_image(site, GATED_INFLUENCE)[:, 0]
        metrics.put(m.LAYER_GATED_INFLUENCE.key(role=site_role, layer=layer), value)


def _put_scores(metrics: Metrics, record: Record, vision: Modality, text: Modality, absence: str) -> None:
    for metric, statistic in _SCORES.items():
        value = absence or _score(vision.mean(record, statistic), text.mean(record, statistic), record)
        metrics.put(metric.key(), value)
    if absence:
        return
    pairs = paired_layers(len(vision.layers), len(text.layers))
    for metric in (m.MCS_RAW, m.MCS_NORM):
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
            metrics.put(m.LAYER_SCORE.key(layer=layer, score=metric.key()), value)
        for band, chosen in bands(len(of_layers)).items():
            mean = _mean_of(of_layers[layer] for layer in chosen)
            metrics.put(m.BAND_SCORE.key(band=band, score=metric.key()), mean)


def _score(vision: Floats, text: Floats, record: Record) -> Floats:
    """[images] from samples of either modality, images or pairs."""
    return mcs(_by_image(vision, record), text.reshape(record.images, -1))


def _by_image(of_samples: Floats, record: Record) -> Floats:
    """Mean over the captions of each image; image values stay as they are."""
    return np.asarray(of_samples.reshape(record.images, -1).mean(axis=1))


def _mean_of(values: Iterable[Floats]) -> Floats:
    return np.asarray(np.mean(list(values), axis=0))
