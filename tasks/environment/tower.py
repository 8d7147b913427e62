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

REFERENCE = ModelRef(id="reference", family="clip", name="base-patch32", weights="random")
"""What is timed where not even the architecture of the model that was asked for can be built."""

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
    """Why the model that was asked for is not there; its architecture, or REFERENCE, then has random weights."""

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
    """Load a model for timing; where that cannot be had, its architecture with random weights, else REFERENCE.

    Speed depends on the architecture alone, and a machine is worth describing whatever a study's first model is worth.
    Raises BadInput for an unknown family, and ImportError when the family's library is missing.
    """
    import torch
    from PIL import Image

    find_family(ref.family)
    place = torch.device(device)
    model, reason = None, None
    for candidate in (ref, ref.model_copy(update={"weights": "random"}), REFERENCE):
        try:
            model = find_family(candidate.family).load(candidate, workspace, seed, place)
            break
        except (WeightsUnavailable, BadInput) as error:
            reason = reason or (error.reason if isinstance(error, WeightsUnavailable) else str(error))
    assert model is not None, "the reference is built from a configuration of our own"
    noise = np.random.default_rng(seed).integers(0, 256, (_NOISE_SIZE, _NOISE_SIZE, 3), dtype=np.uint8)
    pixels = model.pixels([Image.fromarray(noise)])
    return ImageTower(model, tuple(pixels.shape[1:]), seed, reason)
