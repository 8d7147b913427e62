"""LLaVA: the patches of a CLIP vision tower stand among the text tokens of a causal language model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from tasks.diagnostics.families.hf_decoder import TINY, HFDecoderFamily
from tasks.diagnostics.families.model import Place
from tasks.diagnostics.families.tokens import byte_tokenizer, byte_vocabulary

SPECIALS = ("<pad>", "<s>", "</s>", "<image>")
ROLES: Mapping[str, str] = {"pad_token": "<pad>", "bos_token": "<s>", "eos_token": "</s>"}
IDS: Mapping[str, int] = {"pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2}


class Llava(HFDecoderFamily):
    """Names are the sizes below; weights are `random`, a folder saved by `save_pretrained`, or a hub id."""

    key: ClassVar[str] = "llava"
    model_class: ClassVar[str] = "LlavaForConditionalGeneration"
    config_class: ClassVar[str] = "LlavaConfig"
    places: ClassVar[tuple[tuple[str, Place], ...]] = (
        (r"vision_tower\.", Place("vision")),
        (r"language_model\.", Place("fusion", "joint", "joint")),
    )
    sizes: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "tiny": {
            "vision_config": {"model_type": "clip_vision_model", **TINY, "image_size": 32, "patch_size": 8},
            "text_config": {
                "model_type": "llama",
                **TINY,
                **IDS,
                "num_key_value_heads": 1,
                "vocab_size": byte_vocabulary(SPECIALS),
                "max_position_embeddings": 2048,
            },
            "image_token_id": 3,
            "image_seq_length": 16,
        },
        "1.5-7b": {  # llava-hf/llava-1.5-7b-hf: CLIP ViT-L/14 at 336 pixels, Vicuna 7B
            "vision_config": {
                "model_type": "clip_vision_model",
                "hidden_size": 1024,
                "intermediate_size": 4096,
                "num_hidden_layers": 24,
                "num_attention_heads": 16,
                "image_size": 336,
                "patch_size": 14,
                "projection_dim": 768,
            },
            "text_config": {
                "model_type": "llama",
                **IDS,
                "hidden_size": 4096,
                "intermediate_size": 11008,
                "num_hidden_layers": 32,
                "num_attention_heads": 32,
                "vocab_size": 32064,
                "max_position_embeddings": 4096,
                "rms_norm_eps": 1e-5,
            },
            "image_token_id": 3,
            "image_seq_length": 576,
        },
    }

    def stand_in(self, config: Any) -> Any:
        """CLIP's preprocessing at the size of the tower."""
        from transformers import CLIPImageProcessor, LlavaProcessor

        vision = config.vision_config
        side = vision.image_size
        return LlavaProcessor(
            CLIPImageProcessor(size={"shortest_edge": side}, crop_size={"height": side, "width": side}),
            byte_tokenizer(config.text_config.max_position_embeddings, SPECIALS, ROLES, "<s> $A"),
            patch_size=vision.patch_size,
            vision_feature_select_strategy=config.vision_feature_select_strategy,
            num_additional_image_tokens=1,
        )

    def prompt(self, caption: str) -> str:
        """The image, then the caption."""
        return f"<image>\n{caption}"
