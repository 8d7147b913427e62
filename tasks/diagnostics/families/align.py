"""ALIGN: a BERT for the text, and for the image an EfficientNet, which has no attention."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from store.models import Role
from tasks.diagnostics.families.hf_dual import HFDualFamily, Sizes
from tasks.diagnostics.families.tokens import HashedWords


class Align(HFDualFamily):
    """Names are the sizes below; weights are `random`, a folder saved by `save_pretrained`, or a hub id."""

    key: ClassVar[str] = "align"
    config_class: ClassVar[str] = "AlignConfig"
    model_class: ClassVar[str] = "AlignModel"
    processor_class: ClassVar[str] = "EfficientNetImageProcessor"
    attention: ClassVar[str] = "eager"
    class_row: ClassVar[int | None] = None
    text_row: ClassVar[int | None] = 0
    context: ClassVar[int | None] = 64
    absent: ClassVar[Mapping[Role, str]] = {"vision": "ALIGN's vision tower is an EfficientNet, which has no attention"}
    sizes: ClassVar[dict[str, Sizes]] = {
        "tiny": Sizes(width=32, depth=2, heads=2, image_size=32, patch_size=2, vocabulary=1000, length=32),
        "base": Sizes(width=768, depth=12, heads=12, image_size=289, patch_size=2, vocabulary=30522, length=512),
    }

    def options(self, sizes: Sizes) -> dict[str, Any]:
        """The published EfficientNet-B7 where the text tower is BERT's base, else two blocks of convolutions."""
        vision: dict[str, Any] = {"image_size": sizes.image_size}
        small = {
            "in_channels": [32, 16],
            "out_channels": [16, sizes.width],
            "kernel_sizes": [3, 3],
            "strides": [2, 2],
            "num_block_repeats": [1, 1],
            "expand_ratios": [1, 2],
            "width_coefficient": 1.0,
            "depth_coefficient": 1.0,
        }
        if sizes.width < 768:
            return {"text_config": sizes.text(), "vision_config": {**vision, **small}, "projection_dim": sizes.width}
        return {"text_config": sizes.text(), "vision_config": vision}

    def image_options(self, image_size: int) -> dict[str, Any]:
        """Images are squashed to a square, and values brought to -1 to 1."""
        return {
            "size": {"height": image_size, "width": image_size},
            "rescale_factor": 1 / 127.5,
            "rescale_offset": True,
            "do_normalize": False,
            "include_top": False,
        }

    def stand_in(self, text_config: Any, length: int) -> HashedWords:
        """The class token, words, the separator."""
        return HashedWords(text_config.vocab_size, length, eos=2, pad=text_config.pad_token_id, bos=1)
