"""Models to diagnose: how wide their attention is spread, and what moves their output, before any image is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tasks.diagnostics.families.model import Role

CAPTIONS = "the captions of the batch, given the image"
NEXT_TOKEN = "the next token of the caption"


@dataclass(frozen=True)
class Attention:
    """A site: about what its heads' normalised entropies are, and what moves when it is made uniform."""

    name: str
    role: Role
    layer: int | None
    """None for a pooling head."""
    heads: tuple[float, ...]
    """Each between 0 and 1, both excluded."""
    change: float
    gate: float | None = None

    @property
    def entropy(self) -> float:
        return sum(self.heads) / len(self.heads)


@dataclass(frozen=True)
class Diagnosed:
    """A model. What a diagnostic finds of it is drawn image by image around these values, in `measured.py`."""

    sites: tuple[Attention, ...]
    output: str = ""
    """What its output is a distribution over; nothing is intervened on where it has none."""
    swapped: float = 0.0
    """What another image moves."""
    other_text: float | None = None
    """What another text moves; None: texts are not exchanged, as the output is read at their own tokens."""
    silenced: float | None = None
    """By how much more a head moves the output for each unit of entropy; None: heads are not silenced."""
    labelled: bool = True
    """There are right answers, so that interventions have a loss."""
    nulls: int = 8
    """Random initialisations that it is compared with."""
    absent: tuple[tuple[Role, str], ...] = ()
    """Role -> why there is no attention."""
    rigid: bool = False
    """The score of the two towers is the same on every image."""
    size: float = 1.0
    """What it takes of time and memory, beside other models."""
    heads_in_log: bool = True
    placed: bool = True
    """The facts tell where each site is."""


def towers(mean: float, layers: int, rigid: bool = False) -> Diagnosed:
    """A dual encoder whose `mcs_norm` is about `mean`, further from one half the later the layer."""
    depths = [layer / max(layers - 1, 1) - 0.5 for layer in range(layers)]
    beyond = mean - 0.5
    grows = min(1.6, (0.97 - max(mean, 1 - mean)) / max(abs(beyond), 0.01) / 0.5)
    scores = [mean + beyond * grows * depth for depth in depths]
    whole = min(1.25, 0.97 / max(max(score, 1 - score) for score in scores))
    sums = [whole * (0.95 - 0.1 * depth) for depth in depths]
    vision = [both * score for both, score in zip(sums, scores, strict=True)]
    text = [both * (1 - score) for both, score in zip(sums, scores, strict=True)]
    return Diagnosed(
        sites=(*sites("vision.blocks.{}.attn", "vision", vision), *sites("text.blocks.{}.attn", "text", text)),
        nulls=0,
        rigid=rigid,
    )


def sites(
    name: str, role: Role, entropies: Sequence[float], changes: Sequence[float] | None = None, heads: int = 3
) -> list[Attention]:
    """The layers of a role. `name` holds `{}` where the number of the layer stands."""
    changes = changes or [0.0] * len(entropies)
    return [
        Attention(name.format(layer), role, layer, _heads(entropy, heads), change)
        for layer, (entropy, change) in enumerate(zip(entropies, changes, strict=True))
    ]


def _heads(entropy: float, count: int) -> tuple[float, ...]:
    """Entropies around that of the layer, all between 0 and 1."""
    step = min(0.05, 0.3 / count, 2 * min(entropy, 1 - entropy) / (count + 1))
    return tuple(entropy + step * (head - (count - 1) / 2) for head in range(count))


PLANTED = Diagnosed(
    sites=(
        *sites("visual.blocks.{}.attn", "vision", (0.82, 0.215, 0.231), (0.381, 0.505, 0.387)),
        *sites("text.blocks.{}.attn", "text", (0.576, 0.725), (0.704, 0.136)),
        Attention("visual.attn_pool", "pooling", None, (0.61, 0.66), 0.21),
    ),
    output=CAPTIONS,
    swapped=0.799,
    other_text=0.752,
    silenced=0.4,
)
"""A dual encoder with a planted collapse in two layers, and a pooling head, which is no layer."""

IDEFICS = Diagnosed(
    sites=(
        *sites("model.vision.layers.{}.attn", "vision", (0.961, 0.957), (0.0, 0.0)),
        *sites("model.layers.{}.attn", "text", (0.931, 0.912, 0.894), (0.108, 0.214, 0.307)),
        *(
            replace(site, gate=0.0)
            for site in sites("model.gated.{}.cross_attn", "cross", (0.998, 0.997), (0.0, 0.0), heads=2)
        ),
    ),
    output=NEXT_TOKEN,
    swapped=0.0,
    labelled=False,
)
"""Untrained, with closed gates: attention at its widest, of which nothing arrives."""

ONE_TOWER = Diagnosed(
    sites=tuple(sites("text_model.layer.{}.attention", "text", (0.812, 0.774), (0.331, 0.305))),
    output=CAPTIONS,
    swapped=0.913,
    other_text=0.871,
    absent=(("vision", "the vision tower (EfficientNet) has no softmax attention"),),
)
"""A tower without attention, as ALIGN's."""

DECODER = Diagnosed(
    sites=(
        *sites("vision_tower.layers.{}.attn", "vision", [0.9 - 0.03 * i for i in range(8)], [0.05] * 8, heads=16),
        *sites("language.layers.{}.attn", "fusion", [0.8 - 0.02 * i for i in range(12)],
                [0.6 - 0.04 * i for i in range(12)], heads=40),
    ),
    output=NEXT_TOKEN,
    swapped=0.447,
    silenced=0.0,
)  # fmt: skip
"""Many sites, and more heads than the log takes."""
