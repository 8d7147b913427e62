"""AltCLIP: CLIP's vision tower beside an XLM-RoBERTa, whose first row is handed on."""

from __future__ import annotations

from typing import Any, ClassVar

from tasks.diagnostics.families.hf_dual import HFDualFamily, Sizes
from tasks.diagnostics.families.tokens import HashedWords


class AltClip(HFDualFamily):
    """Names are the sizes below; weights are `random`, a folder saved by `save_pretrained`, or a hub id."""

    key: ClassVar[str] = "altclip"
    config_class: ClassVar[str] = "AltCLIPConfig"
    model_class: ClassVar[str] = "AltCLIPModel"
    processor_class: ClassVar[str] = "CLIPImageProcessor"
    text_row: ClassVar[int | None] = 0
    context: ClassVar[int | None] = 77
    sizes: ClassVar[dict[str, Sizes]] = {
        "tiny": Sizes(width=32, depth=2, heads=2, image_size=32, patch_size=8, vocabulary=1000, length=34),
        "large": Sizes(width=1024, depth=24, heads=16, image_size=224, patch_size=14, vocabulary=250002, length=514),
    }

    def positions(self, text_config: Any) -> int:
        """RoBERTa counts positions from behind the id of the padding."""
        return int(text_config.max_position_embeddings) - int(text_config.pad_token_id) - 1

    def stand_in(self, text_config: Any, length: int) -> HashedWords:
        """Start, words, end."""
        return HashedWords(text_config.vocab_size, length, eos=2, pad=text_config.pad_token_id, bos=0)
