"""Chinese-CLIP: CLIP's vision tower beside a RoBERTa for Chinese, whose class token is handed on."""

from __future__ import annotations

from typing import Any, ClassVar

from tasks.diagnostics.families.hf_dual import HFDualFamily, Sizes
from tasks.diagnostics.families.tokens import HashedWords


class ChineseClip(HFDualFamily):
    """Names are the sizes below; weights are `random`, a folder saved by `save_pretrained`, or a hub id."""

    key: ClassVar[str] = "chinese_clip"
    config_class: ClassVar[str] = "ChineseCLIPConfig"
    model_class: ClassVar[str] = "ChineseCLIPModel"
    processor_class: ClassVar[str] = "ChineseCLIPImageProcessor"
    text_row: ClassVar[int | None] = 0
    context: ClassVar[int | None] = 52
    sizes: ClassVar[dict[str, Sizes]] = {
        "tiny": Sizes(width=32, depth=2, heads=2, image_size=32, patch_size=8, vocabulary=1000, length=32),
        "vit-base-patch16": Sizes(
            width=768, depth=12, heads=12, image_size=224, patch_size=16, vocabulary=21128, length=512
        ),
    }

    def stand_in(self, text_config: Any, length: int) -> HashedWords:
        """The class token, words, the separator."""
        return HashedWords(text_config.vocab_size, length, eos=2, pad=text_config.pad_token_id, bos=1)
