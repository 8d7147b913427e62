"""CLIP as the transformers library has it: a causal text tower, a vision tower with a class token."""

from __future__ import annotations

from typing import Any, ClassVar

from tasks.diagnostics.families.hf_dual import HFDualFamily, Sizes
from tasks.diagnostics.families.tokens import HashedWords


class Clip(HFDualFamily):
    """Names are the sizes below; weights are `random`, a folder saved by `save_pretrained`, or a hub id."""

    key: ClassVar[str] = "clip"
    config_class: ClassVar[str] = "CLIPConfig"
    model_class: ClassVar[str] = "CLIPModel"
    processor_class: ClassVar[str] = "CLIPImageProcessor"
    sizes: ClassVar[dict[str, Sizes]] = {
        "tiny": Sizes(width=32, depth=2, heads=2, image_size=32, patch_size=8, vocabulary=1000, length=32),
        "small": Sizes(width=128, depth=4, heads=4, image_size=64, patch_size=8, vocabulary=8000, length=32),
        "base-patch32": Sizes(
            width=768, depth=12, heads=12, image_size=224, patch_size=32, vocabulary=49408, length=77, text_width=512
        ),
    }

    def options(self, sizes: Sizes) -> dict[str, Any]:
        """The end of text has the highest id, as in CLIP's own vocabulary."""
        vocabulary = sizes.vocabulary
        specials = {"bos_token_id": vocabulary - 2, "eos_token_id": vocabulary - 1, "pad_token_id": 1}
        return {"text_config": {**sizes.text(), **specials}, "vision_config": sizes.vision()}

    def stand_in(self, text_config: Any, length: int) -> HashedWords:
        """Start, words, end; legacy configurations name an end of text of 2 and mean the highest id."""
        vocabulary = text_config.vocab_size
        eos = text_config.eos_token_id if 2 < (text_config.eos_token_id or 0) < vocabulary else vocabulary - 1
        return HashedWords(vocabulary, length, eos=eos, pad=1, bos=eos - 1)
