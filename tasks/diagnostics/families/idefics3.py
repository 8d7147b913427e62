"""Idefics3 and SmolVLM: image tiles in a row, each shuffled to a few tokens, among the text of a language model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from tasks.diagnostics.families.hf_decoder import SIGLIP_SO400M, TINY, TINY_LANGUAGE, HFDecoderFamily
from tasks.diagnostics.families.hf_pair import HFPairModel, Inputs
from tasks.diagnostics.families.idefics import SPECIALS
from tasks.diagnostics.families.model import IMAGE, SPECIAL, TEXT, Place, Tokens
from tasks.diagnostics.families.tokens import LLAMA_IDS, byte_vocabulary, llama_tokenizer

if TYPE_CHECKING:
    from torch import Tensor

_SPECIALS = (
    *SPECIALS,
    "<global-img>",
    *(f"<row_{row}_col_{column}>" for row in range(1, 7) for column in range(1, 7)),
)


class Idefics3(HFDecoderFamily):
    """Names are the sizes below; weights are `random`, a folder saved by `save_pretrained`, or a hub id."""

    key: ClassVar[str] = "idefics3"
    model_class: ClassVar[str] = "Idefics3ForConditionalGeneration"
    config_class: ClassVar[str] = "Idefics3Config"
    opening: ClassVar[str] = "<image>"
    places: ClassVar[tuple[tuple[str, Place], ...]] = (
        (r"vision_model\.", Place("vision", "tiles")),
        (r"text_model\.", Place("fusion", "joint", "joint")),
    )
    sizes: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "tiny": {
            "vision_config": {**TINY, "image_size": 32, "patch_size": 8},
            "text_config": {
                "model_type": "llama",
                **TINY_LANGUAGE,
                **LLAMA_IDS,
                "vocab_size": byte_vocabulary(_SPECIALS),
            },
            "image_token_id": 4,
        },
        "smolvlm-2b": {  # HuggingFaceTB/SmolVLM-Instruct
            "vision_config": {**SIGLIP_SO400M, "image_size": 384},
            "text_config": {
                "model_type": "llama",
                **LLAMA_IDS,
                "hidden_size": 2048,
                "intermediate_size": 8192,
                "num_hidden_layers": 24,
                "num_attention_heads": 32,
                "vocab_size": 49155,
                "max_position_embeddings": 16384,
                "rope_theta": 273768.0,
            },
            "scale_factor": 3,
            "image_token_id": 4,
        },
        "8b-llama3": {  # HuggingFaceM4/Idefics3-8B-Llama3
            "vision_config": {**SIGLIP_SO400M, "image_size": 364},
            "text_config": {
                "model_type": "llama",
                **LLAMA_IDS,
                "hidden_size": 4096,
                "intermediate_size": 14336,
                "num_hidden_layers": 32,
                "num_attention_heads": 32,
                "num_key_value_heads": 8,
                "vocab_size": 128259,
                "max_position_embeddings": 131072,
                "rope_theta": 500000.0,
            },
            "image_token_id": 4,
        },
    }

    def stand_in(self, config: Any) -> Any:
        """Two tiles along the longer edge, and the whole image as one more."""
        from transformers import Idefics3ImageProcessor, Idefics3Processor

        vision = config.vision_config
        side = vision.image_size
        return Idefics3Processor(
            Idefics3ImageProcessor(size={"longest_edge": 2 * side}, max_image_size={"longest_edge": side}),
            llama_tokenizer(config.text_config.max_position_embeddings, _SPECIALS),
            image_seq_len=(side // vision.patch_size) ** 2 // config.scale_factor**2,
        )

    def kinds(self, model: HFPairModel, inputs: Inputs) -> Tensor:
        """What is text before the last image token only lays the tiles out: their rows, columns and line breaks."""
        kinds = super().kinds(model, inputs)
        later = (kinds == IMAGE).long().flip(1).cumsum(1).flip(1) > 0
        return kinds.masked_fill((kinds == TEXT) & later, SPECIAL)

    def sequences(self, model: HFPairModel, inputs: Inputs) -> dict[str, Tokens]:
        """`joint`, and `tiles`: the patches of all tiles of each image. Tiles that only fill up a batch are empty."""
        pixels = inputs["pixel_values"]
        rows = (pixels.shape[-1] // model.module.config.vision_config.patch_size) ** 2
        tiles = (pixels != 0).flatten(2).any(dim=-1).sum(dim=1)
        return {**super().sequences(model, inputs), "tiles": Tokens(lengths=tiles * rows)}
