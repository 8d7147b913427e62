"""`shapes-clip-collapsed`: the same model, whose vision attention starts too sharp and learns too fast."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from tasks.diagnostics.training.loop import TrainingPlan
from tasks.diagnostics.training.recipes.clip import Clip

SHARPER = 8.0
"""What the weights of queries and keys of the vision tower are multiplied by before training."""


class CollapsedClip(Clip):
    """Learns as `shapes-clip` does, from queries and keys that are too large and at four times the rate.

    Attention entropy then collapses and does not come back: Zhai et al., Stabilizing Transformer Training by Preventing
    Attention Entropy Collapse (2023), arXiv:2303.06296. It is a case of collapse by training, without any multiplier.
    """

    name: ClassVar[str] = "shapes-clip-collapsed"
    plan: ClassVar[TrainingPlan] = TrainingPlan(steps=600, batch=128, rate=8e-3, decay=0.1)
    required: ClassVar[float] = 0.1
    """It has learnt something, so that it has something to lose."""

    def begin(self, folder: Path, parent: Path | None) -> Any:
        """The model that the written configuration describes, with sharp vision attention."""
        import torch

        module = super().begin(folder, parent)
        with torch.no_grad():
            for block in module.visual.transformer.resblocks:
                width = block.attn.embed_dim
                block.attn.in_proj_weight[: 2 * width] *= SHARPER
        return module
