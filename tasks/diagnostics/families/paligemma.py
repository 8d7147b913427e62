"""PaliGemma: image and prompt see each other both ways; the caption that follows is causal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from tasks.diagnostics.families.hf_decoder import SIGLIP_SO400M, TINY, TINY_LANGUAGE, HFDecoderFamily
from tasks.diagnostics.families.hf_pair import HFPairModel, Inputs
from tasks.diagnostics.families.model import Place
from tasks.diagnostics.families.tokens import byte_tokenizer, byte_vocabulary

if TYPE_CHECKING:
    from PIL.Image import Image
    from torch import Tensor

_SPECIALS = ("<pad>", "<eos>", "<bos>", "<image>")
_ROLES = {"pad_token": "<pad>", "eos_token": "<eos>", "bos_token": "<bos>"}
_IDS = {"pad_token_id": 0, "eos_token_id": 1, "bos_token_id": 2}
_LOCATIONS = 1024 + 128
"""Tokens for places and shapes in the image, which the processor adds to any tokenizer."""


class PaliGemma(HFDecoderFamily):
    """Names are the sizes below; weights are `random`, a folder saved by `save_pretrained`, or a hub id."""

    key: ClassVar[str] = "paligemma"
    model_class: ClassVar[str] = "PaliGemmaForConditionalGeneration"
    config_class: ClassVar[str] = "PaliGemmaConfig"
    places: ClassVar[tuple[tuple[str, Place], ...]] = (
        (r"vision_tower\.(.*\.)?head\.", Place("pooling")),
        (r"vision_tower\.", Place("vision")),
        (r"language_model\.", Place("fusion", "joint", "joint")),
    )
    sizes: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "tiny": {
            "vision_config": {
                "model_type": "siglip_vision_model",
                **TINY,
                "image_size": 32,
                "patch_size": 8,
                "vision_use_head": False,
            },
            "text_config": {
                "model_type": "gemma",
                **TINY_LANGUAGE,
                **_IDS,
                "head_dim": 16,
                "vocab_size": byte_vocabulary(_SPECIALS) + _LOCATIONS,
            },
            "projection_dim": 32,
            "hidden_size": 32,
            "vocab_size": byte_vocabulary(_SPECIALS) + _LOCATIONS,
            "image_token_index": 3,
        },
        "3b-224": {  # google/paligemma-3b-pt-224
            "vision_config": {
                "model_type": "siglip_vision_model",
                **SIGLIP_SO400M,
                "image_size": 224,
                "vision_use_head": False,
            },
            "text_config": {
                "model_type": "gemma",
                **_IDS,
                "hidden_size": 2048,
                "intermediate_size": 16384,
                "num_hidden_layers": 18,
                "num_attention_heads": 8,
                "num_key_value_heads": 1,
                "vocab_size": 257216,
            },
            "vocab_size": 257216,
            "image_token_index": 3,
        },
    }

    def stand_in(self, config: Any) -> Any:
        """SigLIP's preprocessing at the size of the tower."""
        from transformers import PaliGemmaProcessor, SiglipImageProcessor

        vision = config.vision_config
        side = vision.image_size
        images = SiglipImageProcessor(size={"height": side, "width": side})
        images.image_seq_length = (side // vision.patch_size) ** 2
        return PaliGemmaProcessor(images, byte_tokenizer(config.text_config.max_position_embeddings, _SPECIALS, _ROLES))

    def process(self, processor: Any, images: Sequence[Image], texts: Sequence[str]) -> Mapping[str, Any]:
        """The prompt that the models were pretrained with, and the caption as what is to be said."""
        prompts = ["<image>caption en"] * len(texts)
        made = processor(images=list(images), text=prompts, suffix=list(texts), padding=True, return_tensors="pt")
        return {name: value for name, value in made.items() if name != "labels"}

    def targets(self, model: HFPairModel, inputs: Inputs) -> tuple[Tensor, Tensor]:
        """The tokens of the caption; within the prompt a token has already been seen from before."""
        valid, right = super().targets(model, inputs)
        return valid & (inputs["token_type_ids"][:, 1:] == 1), right
