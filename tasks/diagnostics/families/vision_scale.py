"""A remedy for configurations whose vision tower, made at random, would be nought."""

from __future__ import annotations

import copy
from typing import Any

from tasks.diagnostics.families.hf import HFFamily

_SCALE = 0.02
"""Standard deviation of the weights at the start, as in the other towers of these models."""


class ScaledVision(HFFamily):
    """A family of BLIP's kin.

    They publish 1e-10 as the scale of a random vision tower, since theirs were trained before. Random weights of that
    scale would let no image through, and be a null model of nothing.
    """

    def build(self, config: Any, seed: int) -> Any:
        """A module with the random weights of a seed, the vision tower on the usual scale."""
        config = copy.deepcopy(config)
        config.vision_config.initializer_range = max(config.vision_config.initializer_range, _SCALE)
        return super().build(config, seed)
