"""The image tower of a model as something that can be timed: a batch of noise, and the work of encoding it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from store.errors import BadInput
from store.specs import ModelRef
from tasks.diagnostics.families import find_family
from tasks.diagnostics.families.weights import WeightsUnavailable

if TYPE_CHECKING:
    import torch

    from tasks.diagnostics.families.family import DualEncoder
    from tasks.environment.device import DeviceKind
    from tasks.environment.throughput import Work

_NOISE_SIZE = 64
"""Side, in pixels, of the image that is preprocessed to learn the size of what the tower takes."""


@dataclass(frozen=True, slots=True, eq=False)
class ImageTower:
    """A loaded model, of which only the image tower is used."""

    model: DualEncoder
    shape: tuple[int, ...]
    """[3, height, width] of one preprocessed image."""
    seed: int
    unavailable: str | None
    """Why the weights that were asked for are not there; the architecture then has random ones."""

    def prepare(self, batch_size: int) -> Work:
        """Make a batch of noise on the device, and return the work of encoding it."""
        import torch

        generator = torch.Generator().manual_seed(self.seed)
        pixels = torch.randn(batch_size, *self.shape, generator=generator).to(self.model.device)

        def encode() -> torch.Tensor:
            with torch.inference_mode():
                return self.model.encode_images(pixels)

        return encode


def load_tower(ref: ModelRef, workspace: Path, seed: int, device: DeviceKind) -> ImageTower:
    """Load a model for timing, with random weights in place of those that cannot be had here.

    Speed depends on the architecture alone. Raises WeightsUnavailable when the architecture is not known without its
    weights, BadInput for an unknown family, name or file, and ImportError when the family's library is missing.
    """
    import torch
    from PIL import Image

    family = find_family(ref.family)
    place = torch.device(device)
    reason = None
    try:
        model = family.load(ref, workspace, seed, place)
    except WeightsUnavailable as unavailable:
        try:
            model = family.load(ref.model_copy(update={"weights": "random"}), workspace, seed, place)
        except BadInput:
            raise unavailable from None
        reason = unavailable.reason
    noise = np.random.default_rng(seed).integers(0, 256, (_NOISE_SIZE, _NOISE_SIZE, 3), dtype=np.uint8)
    pixels = model.pixels([Image.fromarray(noise)])
    return ImageTower(model, tuple(pixels.shape[1:]), seed, reason)
