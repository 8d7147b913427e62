"""The first pass of a model as something that can be timed: its image tower, or all of it where it has none apart."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from store.errors import GonogoError
from store.models import ModelRef
from tasks.diagnostics.families import find_family
from tasks.diagnostics.families.weights import WeightsUnavailable

if TYPE_CHECKING:
    from tasks.diagnostics.families.model import VisionLanguageModel
    from tasks.environment.device import DeviceKind
    from tasks.stopwatch import Work

REFERENCE = ModelRef(id="reference", family="clip", name="base-patch32", weights="random")
"""What is timed where not even the architecture of the model that was asked for can be run."""

_NOISE_SIZE = 64
"""Side, in pixels, of the images before they are preprocessed."""

_CAPTION = "a photo"


@dataclass(frozen=True, slots=True, eq=False)
class ImageTower:
    """A loaded model, of which only the first pass is used."""

    model: VisionLanguageModel
    seed: int
    """Of the noise that it is shown."""
    unavailable: str | None
    """Why the model that was asked for is not there; its architecture, or REFERENCE, then has random weights."""

    def prepare(self, batch_size: int) -> Work:
        """Make a batch of noise on the device, with a short caption each, and return the work of the first pass."""
        import torch
        from PIL import Image

        size = (_NOISE_SIZE, _NOISE_SIZE, 3)
        noise = np.random.default_rng(self.seed).integers(0, 256, (batch_size, *size), dtype=np.uint8)
        work = self.model.passes([Image.fromarray(pixels) for pixels in noise], [(_CAPTION,)] * batch_size)[0].run

        def encode() -> object:
            with torch.inference_mode():
                return work()

        return encode


def reference_packages() -> tuple[str, ...]:
    """Distributions that REFERENCE needs."""
    return find_family(REFERENCE.family).packages


def load_tower(ref: ModelRef, workspace: Path, seed: int, device: DeviceKind) -> ImageTower:
    """Load a model for timing; where that cannot be had, its architecture with random weights, else REFERENCE.

    Speed depends on the architecture alone, and a machine is worth describing whatever a study's first model is worth:
    one that does not load, or fails on its first image, would otherwise hold up all the others. Raises BadInput for an
    unknown family, and ImportError when the library of REFERENCE is missing.
    """
    import torch

    find_family(ref.family, workspace)
    place = torch.device(device)
    reason = None
    for candidate in (ref, ref.model_copy(update={"weights": "random"})):
        try:
            tower = ImageTower(
                find_family(candidate.family, workspace).load(candidate, workspace, seed, place), seed, reason
            )
            tower.prepare(1)()
            return tower
        except Exception as error:  # a model of one's own can fail in any way
            reason = reason or _why(error)
    return ImageTower(find_family(REFERENCE.family).load(REFERENCE, workspace, seed, place), seed, reason)


def _why(error: Exception) -> str:
    """One line."""
    if isinstance(error, WeightsUnavailable):
        return error.reason
    said = (str(error).strip().splitlines() or [""])[0][:200]
    return said if isinstance(error, GonogoError) else f"{type(error).__name__}: {said}"
