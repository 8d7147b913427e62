"""BridgeTower: two towers, whose upper layers feed a pair of streams that attend to each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from tasks.diagnostics.families.hf_dual import tower
from tasks.diagnostics.families.matching import MatchingFamily
from tasks.diagnostics.families.model import Place
from tasks.diagnostics.families.tokens import ROBERTA_SPECIALS, byte_vocabulary, roberta_tokenizer

if TYPE_CHECKING:
    from torch import Tensor


class BridgeTower(MatchingFamily):
    """Names are the sizes below; weights are `random`, a folder saved by `save_pretrained`, or a hub id."""

    key: ClassVar[str] = "bridgetower"
    model_class: ClassVar[str] = "BridgeTowerForImageAndTextRetrieval"
    places: ClassVar[tuple[tuple[str, Place], ...]] = (
        (r"\.cross_modal_text_layers\.\d+\.crossattention\.", Place("cross", "text")),
        (r"\.cross_modal_image_layers\.\d+\.crossattention\.", Place("cross_reverse", "image", "text")),
        (r"\.cross_modal_text_layers\.", Place("text_stream", "text", "text")),
        (r"\.cross_modal_image_layers\.", Place("vision_stream", "image")),
        (r"\.text_model\.", Place("text", "text", "text")),
        (r"\.vision_model\.", Place("vision", "image")),
    )

    def names(self) -> tuple[str, ...]:
        """The sizes that can be built with random weights."""
        return ("tiny", "base")

    def configuration(self, name: str) -> Any:
        """Two layers a tower under two that cross, or the published base; a head of the vision tower is 64 wide."""
        from transformers import BridgeTowerConfig

        if name == "base":
            return BridgeTowerConfig()
        return BridgeTowerConfig(
            hidden_size=32,
            num_attention_heads=2,
            num_hidden_layers=2,
            vision_config={"hidden_size": 128, "num_hidden_layers": 2, "image_size": 32, "patch_size": 8},
            text_config={
                **tower(32, 2, 2),
                "vocab_size": byte_vocabulary(ROBERTA_SPECIALS),
                "max_position_embeddings": 66,
            },
        )

    def stand_in(self, config: Any) -> Any:
        """The shorter edge is scaled, the centre cropped."""
        from transformers import BridgeTowerImageProcessor, BridgeTowerProcessor

        side = {"shortest_edge": config.vision_config.image_size}
        images = BridgeTowerImageProcessor(size=side, crop_size=side, size_divisor=config.vision_config.patch_size)
        return BridgeTowerProcessor(images, roberta_tokenizer(self.longest(config)))

    def longest(self, config: Any) -> int:
        """The positions of the text tower, which are counted from behind the id of the padding."""
        text = config.text_config
        return int(text.max_position_embeddings) - int(text.pad_token_id) - 1

    def scores(self, made: Any) -> Tensor:
        """The matching head."""
        scores: Tensor = made.logits
        return scores
