"""What a diagnosis found: per-image values, their summaries, nulls, effects of interventions, and the verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from store.kinds import diagnostics_metrics as m
from store.kinds import range_of
from store.metrics import FREE, Range
from store.models import LAYER_ROLES, TOWERS, LayerRole, ModelRef, Role
from tasks.diagnostics.alignment import Alignment
from tasks.diagnostics.families.model import Provenance
from tasks.diagnostics.harm.judging import Harm
from tasks.diagnostics.harm.measuring import Performance
from tasks.diagnostics.intervention.influence import Effect
from tasks.diagnostics.intervention.mm_shap import MMShap
from tasks.diagnostics.kinds.finding import Kinds
from tasks.diagnostics.loss_verdict import LossVerdict
from tasks.diagnostics.measures import Floats
from tasks.diagnostics.nulls.random_init import RandomInit
from tasks.diagnostics.nulls.scores import Band, score_bands
from tasks.diagnostics.nulls.shuffled_pairs import Shift
from tasks.diagnostics.recording import Record
from tasks.ranges import held

if TYPE_CHECKING:
    from tasks.statistics.shared_error import SharedError

SCORES = (m.MCS_RAW.key(), m.MCS_NORM.key(), m.MCS_RAW_UNIFORM.key())
ENTROPIES = (
    *(m.ROLE_ENTROPY.key(role=tower) for tower in TOWERS),
    *(m.ROLE_ENTROPY_NORM.key(role=tower) for tower in TOWERS),
    *(m.TOWER_ENTROPY_UNIFORM.key(tower=tower) for tower in TOWERS),
)
READOUTS = tuple(
    metric.key(readout=readout)
    for readout in ("vision_cls", "text_eot")
    for metric in (m.READOUT_ENTROPY, m.READOUT_ENTROPY_NORM)
)


def _entropies(*roles: LayerRole) -> tuple[str, ...]:
    return tuple(metric.key(role=role) for role in roles for metric in (m.ROLE_ENTROPY, m.ROLE_ENTROPY_NORM))


MEETING = (
    *_entropies("vision_stream", "text_stream", "fusion"),
    m.FUSION_IMAGE_MASS.key(),
    m.FUSION_LOG_ODDS.key(),
    *_entropies("cross", "cross_reverse"),
    m.GATED_INFLUENCE.key(),
)
"""Metrics of models in which the modalities meet."""
LOSSES = {m.ROLE_ENTROPY_LOSS.key(role=role): role for role in LAYER_ROLES}
"""Normalised entropy lost against the null of random initialisation, as a share of the null's -> its role."""
SUMMARY = (*SCORES, *ENTROPIES, *READOUTS, *MEETING, *LOSSES)
"""Metrics of the whole model, each with one value per image. What a model has no use for is left out."""

UNIFORM = {m.MCS_NORM.key(): 0.5, **{m.ROLE_ENTROPY_NORM.key(role=tower): 1.0 for tower in TOWERS}}
"""Metric -> what uniform attention gives, whatever the data."""
UNIFORM_HERE = {
    m.MCS_RAW.key(): m.MCS_RAW_UNIFORM.key(),
    **{m.ROLE_ENTROPY.key(role=tower): m.TOWER_ENTROPY_UNIFORM.key(tower=tower) for tower in TOWERS},
}
"""Metric -> the metric that tells what uniform attention gives on the same data."""


@dataclass(frozen=True, slots=True)
class Summary:
    """Mean over images with its 95 % t interval, held to the range of the measure, which one image does not give."""

    value: float
    low: float | None
    high: float | None
    n: int


@dataclass(frozen=True, slots=True, eq=False)
class Site:
    """One place of attention, measured on every image: the mean over its captions."""

    name: str
    role: Role
    layer: int | None
    """Index within the role; None for a pooling head, which is no layer."""
    statistics: Mapping[str, Floats]
    """Statistic of `reduction.Statistics` -> [images, heads]."""
    sampling_error: float = 0.0
    """Standard error, nats, of its mean entropy that comes of the rows that were not measured.

    Every sample's rows are drawn by themselves, so that an interval over images holds it already.
    """

    @property
    def entropy(self) -> Floats:
        """[images, heads], nats."""
        return self.statistics["entropy"]

    @property
    def entropy_norm(self) -> Floats:
        """[images, heads], as a share of ln(attendable keys)."""
        return self.statistics["entropy_norm"]

    @property
    def heads(self) -> int:
        """Attention heads of the site."""
        return int(self.entropy.shape[1])


def sites_of(record: Record) -> tuple[Site, ...]:
    """All sites of a record, in the order of their calls."""
    layers = {site: layer for role in LAYER_ROLES for layer, site in enumerate(record.layers(role))}
    return tuple(
        Site(
            site,
            record.role(site),
            layers.get(site),
            {name: record.by_image(site, name) for name in record.statistics(site)},
            record.sampling_error(site),
        )
        for site in record.sites
    )


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
    batch_size: int
    """Images a batch; smaller than what was asked for where that did not fit in memory."""


@dataclass(frozen=True, slots=True)
class Relation:
    """Spearman's rank correlation over sites of normalised entropy and the effect of making the site uniform."""

    value: float
    n: int
    """Sites, which are all there are: no interval over them would speak of others."""


@dataclass(frozen=True, slots=True, eq=False)
class Nulls:
    """What the measures are compared with, besides uniform attention, which is known in closed form."""

    random_init: RandomInit | None
    shuffled: Mapping[str, Shift]


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
    cut: int
    """Captions that are longer than the model's context, so that only their beginning was measured."""
    values: Mapping[str, Floats]
    """Metric -> [images]; what is undefined is absent."""
    undefined: Mapping[str, str]
    """Metric of SUMMARY -> why it has no value."""
    nulls: Nulls
    effects: tuple[Effect, ...]
    task: str
    """What the output is a distribution over; empty where there is none."""
    alignment: Alignment | None
    """None for other than dual encoders."""
    losses: LossVerdict
    """Of entropy, against random initialisation."""
    kinds: Kinds
    performance: Performance | None
    """How it does its task; None where it has none, and where no interventions were made."""
    harm: Harm
    mm_shap: MMShap | None
    """None where it was not asked for."""
    cost: Cost
    parameters: int
    device: str
    dtype: str
    rows: int | None
    """Rows of image tokens that were measured at each site; None: all."""
    seed: int
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

    @property
    def sampling_error(self) -> float:
        """The greatest sampling error of its sites, nats."""
        return max((site.sampling_error for site in self.sites), default=0.0)

    def summary(self, metric: str) -> Summary | None:
        """The mean over images of a metric in `values`; None where it is undefined.

        The interval of a loss holds the error of its null, as that of one more random initialisation.
        """
        if metric not in self.values:
            return None
        values, within, null = self.values[metric], range_of(metric), self.nulls.random_init
        if metric not in LOSSES or null is None:
            return summarise(values, within)
        from tasks.statistics.shared_error import reference

        found = reference(null.roles[LOSSES[metric]])
        return summarise(values, within, found.shared(float(values.mean())))

    @property
    def score_nulls(self) -> Mapping[str, Band]:
        """Metric of a layer's score -> its null of random initialisation; empty where that was not measured."""
        null = self.nulls.random_init
        return {} if null is None else score_bands(self.values, null.scores)

    def relation(self, per_head: bool = False) -> Relation | None:
        """How entropy and influence go together over sites, or over heads; None where there are too few of them."""
        from tasks.statistics.rank import spearman

        kind = "silent-head" if per_head else "uniform-site"
        entropy = {site.name: site.entropy_norm.mean(axis=0) for site in self.sites}
        pairs = [
            (entropy[effect.site][effect.head] if effect.head is not None else entropy[effect.site].mean(), effect)
            for effect in self.effects
            if effect.kind == kind and effect.site in entropy
        ]
        try:
            r = spearman(
                np.array([value for value, _ in pairs]), np.array([effect.change.mean() for _, effect in pairs])
            )
        except ValueError:
            return None
        return Relation(r, len(pairs))


def summarise(values: Floats, within: Range = FREE, shared: SharedError | None = None) -> Summary:
    """Mean of `values`, [images], with its 95 % t interval, and in it the error that all images share, if any.

    The interval is held to the range of the measure (`ranges.held`).
    """
    from tasks.statistics.intervals import t_interval

    mean, n = float(values.mean()), len(values)
    if n < 2:
        return Summary(mean, None, None, n)
    low, high = map(float, t_interval(values))
    if shared is not None:
        low, high = shared.widened(mean, low, high, 0.95)
    return Summary(mean, *held(mean, low, high, within), n)
