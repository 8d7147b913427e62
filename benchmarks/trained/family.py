"""The models as gonogo loads them: `benchmarks.trained.family.Packaged:rxnmapper@packages`."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import torch

from benchmarks.trained.models import BY_NAME
from store.errors import BadInput
from store.models import ModelRef
from tasks.diagnostics.families.family import unknown
from tasks.diagnostics.families.model import VisionLanguageModel


class Packaged:
    """The one family of all models of this benchmark; weights are the folder that holds the packages."""

    packages: ClassVar[tuple[str, ...]] = ("torch", "transformers")

    def names(self) -> tuple[str, ...]:
        """Those of `models`."""
        return tuple(BY_NAME)

    def check(self, ref: ModelRef, workspace: Path) -> None:
        """The name is known, and the packages are there."""
        from benchmarks.trained.packages import found

        if ref.name not in BY_NAME:
            raise BadInput(f"model {ref.locator}: {unknown('model', ref.name, self.names())}")
        for package in BY_NAME[ref.name].packages:
            found(package, workspace / ref.weights)

    def load(self, ref: ModelRef, workspace: Path, seed: int, device: torch.device) -> VisionLanguageModel:
        """In float32 and eval mode."""
        del seed
        self.check(ref, workspace)
        return BY_NAME[ref.name].load(workspace / ref.weights, device)
