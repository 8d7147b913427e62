"""Diagnostic tasks: the attention of one model, measured on one part of the data."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from pydantic import Field, ValidationInfo, field_validator

from store.base import STORED, Evolving
from store.facts import Facts, fact, facts_by
from store.kinds import diagnostics_metrics as metrics
from store.kinds.diagnostics_collapse import KIND_NAMES, CollapseKind
from store.kinds.diagnostics_sites import SitePlace
from store.kinds.kind import Kind, Phase, Spec, Wording
from store.metrics import metrics_in
from store.models import DataRef, ModelRef

Influence = Literal["none", "modalities", "sites", "heads"]
"""Which interventions are made: none; those on modalities; also each site made uniform; also each head silenced."""


FEWEST_ROWS = 8
"""So many of 196 rows, of four images or more, and twice the error that they state cover nine means in ten even where
rows are skewed; two rows of one image cover six, as a simulation among the tests of sampling shows."""


class Method(Evolving):
    """How the attention of each model is measured."""

    added: ClassVar[frozenset[str]] = frozenset({"rows", "mm_shap"})

    nulls: int = Field(default=8, ge=0, le=1000)
    """Random initialisations to compare with; 0 leaves that null out, otherwise 2 or more."""
    influence: Influence = "sites"
    device: str = "auto"
    """`auto`: the first GPU, or else the CPU."""
    dtype: Literal["float32", "bfloat16", "float16"] = "float32"
    """Dtype of the model; the measures are taken in float32 whatever it is."""
    rows: int | None = Field(default=None, ge=2, le=1_000_000)
    """Query rows to measure of the image tokens of a site, each sample's own, where it has more; None: all."""
    mm_shap: int = Field(default=0, ge=0, le=1000)
    """Pairs, the first of the data, whose Shapley values are taken; 0: none, as each takes up to a thousand passes."""

    @field_validator("nulls")
    @classmethod
    def _spread(cls, value: int) -> int:
        if value == 1:
            raise ValueError("one random initialisation has no spread; give 0, or 2 or more")
        return value

    @field_validator("rows")
    @classmethod
    def _enough(cls, value: int | None, info: ValidationInfo) -> int | None:
        stored = (info.context or {}).get(STORED, False)  # logs may hold what was once allowed
        if value is not None and value < FEWEST_ROWS and not stored:
            raise ValueError(f"{value} rows tell too little of their own error; give {FEWEST_ROWS} or more")
        return value

    @field_validator("device")
    @classmethod
    def _named(cls, value: str, info: ValidationInfo) -> str:
        stored = (info.context or {}).get(STORED, False)  # logs may hold cuda:01, which PyTorch does not read
        number = "[0-9]{1,3}" if stored else "(0|[1-9][0-9]{0,2})"
        if not re.fullmatch(rf"auto|cpu|cuda(:{number})?", value):
            raise ValueError(f"there is no device {value!r}; give auto, cpu, cuda or cuda:N")
        return value


class DiagnosticSpec(Spec):
    """Measure the attention of one model on one part of the data."""

    added: ClassVar[frozenset[str]] = frozenset({"method", "references"})

    kind: Literal["diagnostic"] = "diagnostic"
    model: ModelRef
    data: DataRef
    metric: str = metrics.DECIDED_BY_DEFAULT
    """What the study decides on; a model in which it is undefined blocks the task."""
    batch_size: int = Field(default=16, ge=1)
    seed: int = 0
    """Seed of random weights."""
    method: Method = Method()
    references: tuple[ModelRef, ...] = ()
    """Sound models that do the task of the model on the same pairs."""

    @property
    def topic(self) -> tuple[str, str]:
        """The model, and the part of the data."""
        return topic_of(self.model), topic_of(self.data)


def topic_of(asked: ModelRef | DataRef) -> str:
    """A text that two models, or two parts of data, share where they are the same."""
    return "\x1f".join(map(str, asked.__dict__.values()))


SAMPLES = "samples.npz"
"""The artifact with the per-image values, which statistics read."""


def null_array(measure: str) -> str:
    """Name of the array in SAMPLES with a measure's draws of the null, [images, draws]."""
    return f"null/{measure}"


def site_array(site: str, statistic: str) -> str:
    """Name of the array in SAMPLES with a statistic of a site, [images, heads]."""
    return f"site/{site}/{statistic}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DiagnosticFacts(Facts):
    """What was measured and what was found, in words."""

    model: str = fact("Model")
    weights: str = fact("Weights")
    architecture: str = fact("Architecture")
    tokenizer: str = fact("Tokenizer")
    device: str = fact("Device")
    dtype: str = fact("Number type")
    kinds: Mapping[str, str] = facts_by("Kind of collapse: {kind}")
    """Kind of `diagnostics_collapse`, or `sink` -> names of layers such as `vision/03`, joined by commas."""
    harm: str = fact("Harm")
    """`harmful`, `harmless` or `undecided`."""
    harm_reason: str = fact("Reason of the harm")
    use: Mapping[str, str] = facts_by("Use of {role}")
    """Role -> whether what depends on the input in its attention is `used`, `unused`, or that is `unclear`."""
    need: Mapping[str, str] = facts_by("Need of the {modality}")
    """`image` or `text` -> whether it is `needed`, `neglected`, or that is `unclear`."""
    maps_unseen: Mapping[str, str] = facts_by("Maps not looked at: {site}")
    """Name of a layer -> why it was not looked at for kinds of collapse."""
    values_unseen: str = fact("Values not seen")
    """Layers whose attention could not be weighed by its values, joined by commas."""
    mm_shap: str = fact("MM-SHAP")
    """What its value is, and what becomes of a hidden word."""
    mm_shap_undefined: str = fact("Reason without MM-SHAP")
    unrolled: Mapping[str, str] = facts_by("Attention not rolled out: {role}")
    """Role that attends within its sequence -> why it was not."""
    lost_layers: str = fact("Layers that lost entropy")
    """Layers that have lost more than half of the entropy of random initialisations, joined by commas."""
    lost_heads: str = fact("Heads that lost entropy")
    different_heads: str = fact("Heads that differ from random initialisations")
    heads_not_compared: str = fact("Heads that were too few to be compared with them")
    kinds_untold: str = fact("Kinds of collapse not told")
    attention: str = fact("Verdict")
    """`ok`, `collapsed`, `undefined` or `inconclusive`, as is the next; of logs before kinds of collapse were told."""
    attention_reason: str = fact("Reason")
    influence: str = fact("Influence")
    influence_reason: str = fact("Reason of the influence")
    planted: str = fact("Planted")
    collapsed_layers: str = fact("Collapsed layers")
    """Of older logs, as is the next: what `lost_layers` and `lost_heads` hold now."""
    collapsed_heads: str = fact("Collapsed heads")
    output: str = fact("Output")
    """What the output is a probability over."""
    sites: Mapping[str, str] = facts_by("Site {site}")
    """Site -> the name of its place; `places` reads it."""
    unseen: str = fact("Attention not seen")
    truncated: str = fact("Captions cut")
    undefined: Mapping[str, str] = facts_by("Undefined: {metric}")
    """Measure -> the reason why it has no value."""

    @property
    def places(self) -> Mapping[str, SitePlace]:
        """Site -> where it is; empty in logs that are older than such facts."""
        return {site: SitePlace.read(name) for site, name in self.sites.items()}

    @property
    def collapsed(self) -> frozenset[str]:
        """Names of the layers that show a kind of collapse; in older logs, that lost half of their entropy."""
        of_kinds = {name for kind in KIND_NAMES for name in self.kinds.get(kind, "").split(", ")}
        return frozenset(filter(None, of_kinds | {*self.collapsed_layers.split(", ")}))

    def shows(self, layer: str, kind: CollapseKind) -> bool:
        """Whether a layer shows a kind of collapse."""
        return layer in self.kinds.get(kind, "").split(", ")

    def lost(self, layer: str, heads: Sequence[int] | None) -> bool:
        """Whether a layer, or each of these heads of it, has lost more than half of its entropy."""
        layers = {*self.lost_layers.split(", "), *self.collapsed_layers.split(", ")}
        if layer in layers or heads is None:
            return layer in layers
        told = self.lost_heads or self.collapsed_heads
        numbers = dict(part.split(": ", 1) for part in told.split("; ") if part).get(layer, "")
        return numbers == "all" or set(heads) <= {int(number) for number in re.findall(r"[0-9]+", numbers)}


KIND = Kind(
    name="diagnostic",
    spec=DiagnosticSpec,
    facts=DiagnosticFacts,
    metrics=metrics_in(vars(metrics)),
    shown=(
        metrics.MCS_NORM,
        metrics.MCS_RAW,
        metrics.MCS_RAW_UNIFORM,
        metrics.ROLE_ENTROPY_NORM.at(role="vision"),
        metrics.ROLE_ENTROPY_NORM.at(role="text"),
        metrics.ROLE_ENTROPY.at(role="vision"),
        metrics.ROLE_ENTROPY.at(role="text"),
        metrics.SITES_SEEN,
        metrics.SITES_EXPECTED,
        metrics.LATENCY,
        metrics.LATENCY_TAPPED,
        metrics.PEAK_BYTES,
        metrics.PARAMETERS,
    ),
    agent="diagnostician",
    phase=Phase.WORK,
    charged=True,
    required=True,
    replaceable=True,
    wording=Wording(
        without="The claim then speaks of fewer models, and every report says so.",
    ),
)
