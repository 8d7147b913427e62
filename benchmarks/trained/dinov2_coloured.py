"""DINOv2 with a task that needs no training: crops in colour, by which random weights find them."""

from __future__ import annotations

from pathlib import Path

import torch

from benchmarks.trained import dinov2
from benchmarks.trained.dinov2 import Pictures, pairs

__all__ = ["load", "pairs"]


def load(folder: Path, device: torch.device) -> Pictures:
    """The same weights, read by the mean of patches, in which colours stay."""
    model = dinov2.load(folder, device)
    model.of_patches = model.coloured = True
    return model
