"""What diagnostics find of several kinds of model, invented: nulls, influence, gates, heads, and what is undefined."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import log

from store import commands as c
from store.evidence import Artifact, Evidence, Interval

NULL, LOST, BAND = 0.987, 0.5, 0.006
TOWERS = ("vision", "text")
FIRST, HALF = 32, 16
"""Images of nulls and interventions on modalities, and of those on sites."""


@dataclass(frozen=True)
class Attention:
    """A site: entropy of its heads, and what moves when it is made uniform. `layer` is None for a pooling head."""

    name: str
    role: str
    layer: int | None
    heads: tuple[float, ...]
    change: float
    gate: float | None = None

    @property
    def place(self) -> str:
        return self.role if self.layer is None else f"{self.role}/{self.layer:02d}"

    @property
    def entropy(self) -> float:
        return sum(self.heads) / len(self.heads)


@dataclass(frozen=True)
class Diagnosed:
    """The findings on one model."""

    sites: tuple[Attention, ...]
    swapped: float
    """What another image moves."""
    correlations: Mapping[str, tuple[float, float, float, int]]
    """Level -> (value, low, high, number)."""
    facts_besides: Mapping[str, str]
    labelled: bool = True
    heads_in_log: bool = True
    placed: bool = True
    """The facts tell where each site is."""
    undefined: Mapping[str, str] | None = None
    """Metric -> the reason why it has no value."""

    def added_to(self, done: c.Succeed) -> c.Succeed:
        told = {f"{site.role}_entropy_norm" for site in self.sites} | set(self.undefined or {})
        kept = [item for item in done.evidence if not item.metric.startswith("layer/") and item.metric not in told]
        digest = done.artifacts[0].digest
        more = [item.model_copy(update={"run_id": done.run_id, "digest": digest}) for item in self._evidence(kept[0].n)]
        picture = Artifact(name="heads.png", digest=digest[::-1], size=61_004)
        return replace(
            done,
            evidence=(*kept, *more),
            artifacts=(picture, *done.artifacts),
            facts={**done.facts, **self._facts()},
        )

    def _evidence(self, n: int | None) -> Iterator[Evidence]:
        yield _item("null/draws", 8)
        yield _item("null/images", FIRST)
        for role in dict.fromkeys(site.role for site in self.sites if site.layer is not None):
            entropies = [site.entropy for site in self.sites if site.role == role]
            entropy = sum(entropies) / len(entropies)
            yield _item(f"{role}_entropy_norm", entropy, 0.004, n)
            yield _item(f"null/{role}/entropy_norm", NULL, BAND)
            yield _item(f"null/{role}/loss", 1 - entropy / NULL, 0.02)
        yield from _effect("influence/swap-image", self.swapped, FIRST, self.labelled)
        yield from _effect("influence/cut-image", 0.9 * self.swapped, FIRST, self.labelled)
        for level, (value, low, high, number) in self.correlations.items():
            key = f"influence/{level}/spearman_entropy_norm"
            yield Evidence(run_id="0" * 32, metric=key, value=value, interval=Interval(low=low, high=high))
            yield _item(f"influence/{level}/compared", number)
        for site in self.sites:
            yield from self._of_site(site, n)
        yield from self._scores(n)

    def _scores(self, n: int | None) -> Iterator[Evidence]:
        """Of a dual encoder: each vision layer with the text layer at its height, of 50 and 9 tokens."""
        vision, text = ([site.entropy for site in self.sites if site.place.startswith(f"{tower}/")] for tower in TOWERS)
        if {site.role for site in self.sites} - {*TOWERS, "pooling"} or not (vision and text):
            return
        for layer, seen in enumerate(vision):
            read = text[layer * len(text) // len(vision)]
            raw = seen * log(50) / (seen * log(50) + read * log(9))
            yield _item(f"layer/{layer:02d}/mcs_norm", seen / (seen + read), 0.004, n)
            yield _item(f"layer/{layer:02d}/mcs_raw", raw, 0.012, n)
            yield _item(f"null/layer/{layer:02d}/mcs_norm", 0.511, 0.006)
            yield _item(f"null/layer/{layer:02d}/mcs_raw", 0.763, 0.009)

    def _of_site(self, site: Attention, n: int | None) -> Iterator[Evidence]:
        base = f"site/{site.name}" if site.layer is None else f"layer/{site.place}"
        yield _item(f"{base}/entropy_norm", site.entropy, 0.012, n)
        if site.layer is not None:
            yield _item(f"null/{base}/entropy_norm", NULL, BAND)
            yield _item(f"null/{base}/loss", 1 - site.entropy / NULL, 0.03)
        yield from _effect(f"influence/uniform-site/{site.name}", site.change, HALF, self.labelled)
        if site.gate is not None:
            yield _item(f"{base}/gated_influence", site.gate, 0.0 if not site.gate else 0.01, n)
        if self.heads_in_log:
            for head, value in enumerate(site.heads):
                yield _item(f"site/{site.name}/head/{head:02d}/entropy_norm", value, n=n)

    def _facts(self) -> dict[str, str]:
        collapsed = [site.place for site in self.sites if site.layer is not None and 1 - site.entropy / NULL > LOST]
        return {
            **self.facts_besides,
            **({f"Site {site.name}": site.place for site in self.sites} if self.placed else {}),
            **({"Collapsed layers": ", ".join(collapsed)} if collapsed else {}),
            **{f"Undefined: {metric}": why for metric, why in (self.undefined or {}).items()},
        }


def _item(metric: str, value: float, half: float | None = None, n: int | None = None) -> Evidence:
    interval = None if half is None else Interval(low=value - half, high=value + half)
    return Evidence(run_id="0" * 32, metric=metric, value=value, interval=interval, n=n)


def _effect(key: str, change: float, n: int, labelled: bool) -> Iterator[Evidence]:
    """Nothing moves at all where the change is zero."""
    interval = Interval(low=0.8 * change, high=min(1.2 * change, 1.0))
    yield _item(f"{key}/change", change, n=n).model_copy(update={"interval": interval})
    if labelled:
        yield _item(f"{key}/loss", 6 * change, 0.9 * change, n).model_copy(update={"unit": "nat"})


def _sites(
    name: str, role: str, entropies: Sequence[float], changes: Sequence[float], heads: int = 3
) -> list[Attention]:
    return [
        Attention(name.format(layer), role, layer, _heads(entropy, heads), change)
        for layer, (entropy, change) in enumerate(zip(entropies, changes, strict=True))
    ]


def _heads(entropy: float, count: int) -> tuple[float, ...]:
    """Entropies around that of the layer, none of them beyond 1."""
    step = min(0.05, 2 * (1 - entropy) / count)
    return tuple(entropy + step * (head - (count - 1) / 2) for head in range(count))


def _judged(verdict: str, reason: str, influence: str, why: str, output: str) -> dict[str, str]:
    labels = ("Verdict", "Reason", "Influence", "Reason of the influence", "Output")
    return dict(zip(labels, (verdict, reason, influence, why, output), strict=True))


PLANTED = Diagnosed(
    sites=(
        *_sites("visual.blocks.{}.attn", "vision", (0.82, 0.215, 0.248), (0.381, 0.505, 0.387)),
        *_sites("text.blocks.{}.attn", "text", (0.576, 0.725), (0.704, 0.136)),
        Attention("visual.attn_pool", "pooling", None, (0.61, 0.66), 0.21),
    ),
    swapped=0.799,
    correlations={"sites": (-0.6, -0.976, 0.671, 6), "heads": (0.612, 0.107, 0.873, 15)},
    facts_besides=_judged(
        "collapsed",
        "Normalised entropy is below half of that of random initialisation in vision layers 1 and 2.",
        "ok",
        "Another image moves the probability over the captions of the batch, given the image.",
        "the captions of the batch, given the image",
    ),
)
"""A dual encoder with a planted collapse in two layers, and a pooling head, which is no layer."""

IDEFICS = Diagnosed(
    sites=(
        *_sites("model.vision.layers.{}.attn", "vision", (0.961, 0.957), (0.0, 0.0)),
        *_sites("model.layers.{}.attn", "text", (0.931, 0.912), (0.214, 0.108)),
        *(
            replace(site, gate=0.0)
            for site in _sites("model.gated.{}.cross_attn", "cross", (0.998, 0.997), (0.0, 0.0), heads=2)
        ),
    ),
    swapped=0.0,
    correlations={"sites": (-0.812, -0.976, -0.243, 6)},
    facts_besides=_judged(
        "ok",
        "Nowhere is the normalised entropy below half of that of random initialisation.",
        "collapsed",
        "Another image moves less than one hundredth of the probability over the next token of the caption.",
        "the next token of the caption",
    ),
    labelled=False,
)
"""Untrained, with closed gates: attention at its widest, of which nothing arrives."""

ONE_TOWER = Diagnosed(
    sites=tuple(_sites("text_model.layer.{}.attention", "text", (0.812, 0.774), (0.331, 0.305))),
    swapped=0.913,
    correlations={},
    facts_besides=_judged(
        "undefined",
        "There is not all attention to judge: the vision tower (EfficientNet) has no softmax attention.",
        "ok",
        "Another image moves the probability over the captions of the batch, given the image.",
        "the captions of the batch, given the image",
    ),
    undefined=dict.fromkeys(
        ("vision_entropy", "vision_entropy_norm", "mcs_norm", "mcs_raw", "mcs_raw_uniform"),
        "the vision tower (EfficientNet) has no softmax attention",
    ),
)
"""A tower without attention, as ALIGN's."""

DECODER = Diagnosed(
    sites=(
        *_sites("vision_tower.layers.{}.attn", "vision", [0.9 - 0.03 * i for i in range(8)], [0.05] * 8, heads=16),
        *_sites("language.layers.{}.attn", "fusion", [0.8 - 0.02 * i for i in range(12)],
                [0.6 - 0.04 * i for i in range(12)], heads=32),
    ),
    swapped=0.447,
    correlations={"sites": (0.413, -0.062, 0.738, 20), "heads": (0.032, -0.052, 0.116, 512)},
    facts_besides=_judged(
        "ok",
        "Nowhere is the normalised entropy below half of that of random initialisation.",
        "ok",
        "Another image moves the probability over the next token of the caption.",
        "the next token of the caption",
    ),
    heads_in_log=False,
)  # fmt: skip
"""Many sites, and more heads than the log takes."""
