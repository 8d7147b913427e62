"""Idefics3 and SmolVLM: image tiles in a row, each shuffled to a few tokens, among the text of a language model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from tasks.diagnostics.families.hf_decoder import TINY, HFDecoderFamily
from tasks.diagnostics.families.hf_pair import HFPairModel, Inputs
from tasks.diagnostics.families.model import IMAGE, SPECIAL, TEXT, Place, Tokens
from tasks.diagnostics.families.tokens import byte_tokenizer, byte_vocabulary

if TYPE_CHECKING:
    from torch import Tensor

_SPECIALS = (
    *("<pad>", "<s>", "</s>", "<fake_token_around_image>", "<image>", "<end_of_utterance>", "<global-img>"),
    *(f"<row_{row}_col_{column}>" for row in range(1, 7) for column in range(1, 7)),
)
_ROLES = {"pad_token": "<pad>", "bos_token": "<s>", "eos_token": "</s>"}
_IDS = {"pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2}
_SIGLIP: Mapping[str, int] = {
    "hidden_size": 1152,
    "intermediate_size": 4304,
    "num_hidden_layers": 27,
    "num_attention_heads": 16,
    "patch_size": 14,
}


class Idefics3(HFDecoderFamily):
    """Names are the sizes below; weights are `random`, a folder saved by `save_pretrained`, or a hub id."""

    key: ClassVar[str] = "idefics3"
    model_class: ClassVar[str] = "Idefics3ForConditionalGeneration"
    config_class: ClassVar[str] = "Idefics3Config"
    places: ClassVar[tuple[tuple[str, Place], ...]] = (
        (r"vision_model\.", Place("vision", "tiles")),
        (r"text_model\.", Place("fusion", "joint", "joint")),
    )
    sizes: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "tiny": {
            "vision_config": {**TINY, "image_size": 32, "patch_size": 8},
            "text_config": {
                "model_type": "llama",
                **TINY,
                **_IDS,
                "num_key_value_heads": 1,
                "vocab_size": byte_vocabulary(_SPECIALS),
                "max_position_embeddings": 2048,
            },
            "image_token_id": 4,
        },
        "smolvlm-2b": {  # HuggingFaceTB/SmolVLM-Instruct
            "vision_config": {**_SIGLIP, "image_size": 384},
            "text_config": {
                "model_type": "llama",
                **_IDS,
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
            "vision_config": {**_SIGLIP, "image_size": 364},
            "text_config": {
                "model_type": "llama",
                **_IDS,
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
            byte_tokenizer(config.text_config.max_position_embeddings, _SPECIALS, _ROLES, "<s> $A"),
            image_seq_len=(side // vision.patch_size) ** 2 // config.scale_factor**2,
        )

    def prompt(self, caption: str) -> str:
        """The image, then the caption."""
        return f"<image>{caption}"

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
