"""How members are trained: sound, or so that attention or what it serves collapses, without any multiplier."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from benchmarks.validity.modules import Architecture, Build, Mode
from store.kinds.diagnostics_collapse import CollapseKind

Broken = Literal["captions", "images"]


@dataclass(frozen=True, slots=True)
class Recipe:
    """One way to train."""

    name: str
    mode: Mode = "normal"
    skip: bool = True
    sharper: float = 1.0
    """What the weights of queries and keys are multiplied by before training."""
    careless: bool = False
    """A rate four times as high, with no warm-up and no clipping of gradients."""
    shuffled: Broken | None = None
    """What is that of another pair in training."""
    kind: CollapseKind | None = None
    """What this makes of attention, or of tokens."""
    of: tuple[Architecture, ...] = ("dual", "matcher", "writer", "captioner")

    def build(self, architecture: Architecture, patch: int) -> Build:
        """What a member of this recipe is made of."""
        return Build(architecture, patch, self.mode, self.skip)


SOUND = Recipe("sound")
RECIPES = (
    SOUND,
    Recipe("careless", sharper=8.0, careless=True, kind="peaked"),
    Recipe("sharp start", sharper=8.0, kind="peaked"),
    Recipe("uniform", mode="uniform", kind="diffuse"),
    Recipe("by place", mode="static", kind="static"),
    Recipe("one map", mode="tied", kind="redundant"),
    Recipe("no skip", skip=False, kind="over-smoothed", of=("dual", "matcher", "captioner")),
    Recipe("other captions", shuffled="captions", of=("dual", "matcher")),
    Recipe("other images", shuffled="images", of=("writer", "captioner")),
)
PLANTS = (("scale=0", "diffuse"), ("scale=8", "peaked"), ("scale=3", None))
"""What is planted in all vision attention of a sound member, or in all of a writer's, and the kind that it makes."""
