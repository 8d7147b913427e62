"""BLIP for image-text matching: a BERT whose layers also attend to the patches of a vision tower."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from tasks.diagnostics.families.hf_dual import tower
from tasks.diagnostics.families.matching import MatchingFamily
from tasks.diagnostics.families.model import Place
from tasks.diagnostics.families.tokens import BERT_SPECIALS, bert_tokenizer, byte_vocabulary
from tasks.diagnostics.families.vision_scale import ScaledVision

if TYPE_CHECKING:
    from torch import Tensor


class Blip(ScaledVision, MatchingFamily):
    """Names are the sizes below; weights are `random`, a folder saved by `save_pretrained`, or a hub id."""

    key: ClassVar[str] = "blip"
    model_class: ClassVar[str] = "BlipForImageTextRetrieval"
    places: ClassVar[tuple[tuple[str, Place], ...]] = (
        (r"^vision_model\.", Place("vision", "image")),
        (r"\.crossattention\.", Place("cross", "text")),
        (r"^text_encoder\.", Place("text", "text", "text")),
    )

    def names(self) -> tuple[str, ...]:
        """The sizes that can be built with random weights."""
        return ("tiny", "itm-base")

    def configuration(self, name: str) -> Any:
        """Two layers a tower, or the published base."""
        from transformers import BlipConfig

        if name == "itm-base":
            return BlipConfig(text_config={"num_attention_heads": 12})
        small = tower(32, 2, 2)
        specials = {"bos_token_id": 1, "eos_token_id": 2, "sep_token_id": 2}
        vocabulary = byte_vocabulary(BERT_SPECIALS)
        return BlipConfig(
            vision_config={**small, "image_size": 32, "patch_size": 8},
            text_config={**small, **specials, "vocab_size": vocabulary, "max_position_embeddings": 64},
            image_text_hidden_size=16,
        )

    def stand_in(self, config: Any) -> Any:
        """Images are squashed to a square."""
        from transformers import BlipImageProcessor, BlipProcessor

        side = config.vision_config.image_size
        tokenizer = bert_tokenizer(config.text_config.max_position_embeddings)
        return BlipProcessor(BlipImageProcessor(size={"height": side, "width": side}), tokenizer)

    def longest(self, config: Any) -> int:
        """The positions of the text tower."""
        return int(config.text_config.max_position_embeddings)

    def scores(self, made: Any) -> Tensor:
        """The matching head."""
        scores: Tensor = made.itm_score
        return scores
