"""SigLIP as the transformers library has it: text attends in both directions, and a pooling head reads the image."""

from __future__ import annotations

from typing import Any, ClassVar

from tasks.diagnostics.families.hf_dual import HFDualFamily, Sizes
from tasks.diagnostics.families.tokens import HashedWords


class Siglip(HFDualFamily):
    """Names are the sizes below; weights are `random`, a folder saved by `save_pretrained`, or a hub id.

    Padding is attended to, as in training: every text row sees all positions, and rows count up to the end of the
    text. The row that the text tower hands on is the last one, whatever stands there. SigLIP 2 at a fixed resolution
    is of this family too.
    """

    key: ClassVar[str] = "siglip"
    config_class: ClassVar[str] = "SiglipConfig"
    model_class: ClassVar[str] = "SiglipModel"
    processor_class: ClassVar[str] = "SiglipImageProcessor"
    class_row: ClassVar[int | None] = None
    text_row: ClassVar[int | None] = -1
    masks_padding: ClassVar[bool] = False
    sizes: ClassVar[dict[str, Sizes]] = {
        "tiny": Sizes(width=32, depth=2, heads=2, image_size=32, patch_size=8, vocabulary=1000, length=32),
        "small": Sizes(width=128, depth=4, heads=4, image_size=64, patch_size=8, vocabulary=8000, length=32),
        "base-patch16-224": Sizes(
            width=768, depth=12, heads=12, image_size=224, patch_size=16, vocabulary=32000, length=64, text_heads=12
        ),
    }

    def options(self, sizes: Sizes) -> dict[str, Any]:
        """Padding and the end of text share an id, as in SigLIP's own vocabulary; the start of text is never used."""
        specials = {"bos_token_id": sizes.vocabulary - 1, "eos_token_id": 1, "pad_token_id": 1}
        return {"text_config": {**sizes.text(), **specials}, "vision_config": sizes.vision()}

    def image_options(self, image_size: int) -> dict[str, Any]:
        """Images are squashed to a square."""
        return {"size": {"height": image_size, "width": image_size}}

    def stand_in(self, text_config: Any, length: int) -> HashedWords:
        """Words, then the end of text up to the full length."""
        return HashedWords(text_config.vocab_size, length, eos=1, pad=1)
