"""FLAVA: a tower for images, one for texts, and an encoder over what both hand on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from tasks.diagnostics.families.hf_dual import tower
from tasks.diagnostics.families.hf_pair import HFPairModel, Inputs
from tasks.diagnostics.families.matching import MatchingFamily
from tasks.diagnostics.families.model import IMAGE, SPECIAL, Place, Tokens
from tasks.diagnostics.families.tokens import BERT_SPECIALS, bert_tokenizer, byte_vocabulary

if TYPE_CHECKING:
    from torch import Tensor


class Flava(MatchingFamily):
    """Names are the sizes below; weights are `random`, a folder saved by `save_pretrained`, or a hub id."""

    key: ClassVar[str] = "flava"
    model_class: ClassVar[str] = "FlavaForPreTraining"
    places: ClassVar[tuple[tuple[str, Place], ...]] = (
        (r"^flava\.image_model\.", Place("vision", "image")),
        (r"^flava\.text_model\.", Place("text", "text", "text")),
        (r"^flava\.multimodal_model\.", Place("fusion", "joint", "joint")),
    )

    def names(self) -> tuple[str, ...]:
        """The sizes that can be built with random weights."""
        return ("tiny", "full")

    def configuration(self, name: str) -> Any:
        """Two layers each, or the published model; the codebook, which training alone needs, is left out."""
        from transformers import FlavaConfig

        if name == "full":
            return FlavaConfig(init_codebook=False)
        small = tower(32, 2, 2)
        return FlavaConfig(
            image_config={**small, "image_size": 32, "patch_size": 8, "vocab_size": 16},
            text_config={**small, "vocab_size": byte_vocabulary(BERT_SPECIALS), "max_position_embeddings": 64},
            multimodal_config=small,
            hidden_size=32,
            projection_dim=32,
            init_codebook=False,
        )

    def stand_in(self, config: Any) -> Any:
        """Images are squashed to a square."""
        from transformers import FlavaImageProcessor, FlavaProcessor

        side = {"height": config.image_config.image_size, "width": config.image_config.image_size}
        tokenizer = bert_tokenizer(config.text_config.max_position_embeddings)
        return FlavaProcessor(FlavaImageProcessor(size=side, crop_size=side), tokenizer)

    def longest(self, config: Any) -> int:
        """The positions of the text tower."""
        return int(config.text_config.max_position_embeddings)

    def forward(self, module: Any, inputs: Inputs) -> Any:
        """The three encoders and the matching head; the model's own forward runs both towers twice, for training."""
        return module.itm_head(module.flava(**inputs).multimodal_embeddings)

    def sequences(self, model: HFPairModel, inputs: Inputs) -> dict[str, Tokens]:
        """`joint`: a class token that enters empty, the rows of the image tower, those of the text tower."""
        import torch

        towers = super().sequences(model, inputs)
        image, words = model.module.config.image_config, self.kinds(model, inputs)
        rows = (image.image_size // image.patch_size) ** 2 + 1
        first = torch.full_like(words[:, :1], SPECIAL)
        kinds = torch.cat([first, torch.full_like(first, IMAGE).expand(-1, rows), words], dim=1)
        return {**towers, "joint": Tokens(kinds, towers["image"].readout)}

    def scores(self, made: Any) -> Tensor:
        """The matching head."""
        scores: Tensor = made
        return scores
