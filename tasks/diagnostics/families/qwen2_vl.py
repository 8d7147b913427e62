"""Qwen2-VL: images in their own resolution, packed for the vision tower, among the text of a language model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from tasks.diagnostics.families.hf_decoder import TINY_LANGUAGE, HFDecoderFamily
from tasks.diagnostics.families.hf_pair import HFPairModel, Inputs
from tasks.diagnostics.families.model import Place, Tokens
from tasks.diagnostics.families.tokens import byte_tokenizer, byte_vocabulary

_SPECIALS = (
    *("<|endoftext|>", "<|im_start|>", "<|im_end|>"),
    *("<|vision_start|>", "<|vision_end|>", "<|image_pad|>", "<|video_pad|>"),
)
_ROLES = {"pad_token": "<|endoftext|>", "eos_token": "<|im_end|>"}
TEXT_IDS: Mapping[str, int] = {"pad_token_id": 0, "bos_token_id": 0, "eos_token_id": 2}
IMAGE_IDS: Mapping[str, int] = {
    "vision_start_token_id": 3,
    "vision_end_token_id": 4,
    "image_token_id": 5,
    "video_token_id": 6,
}
TINY_TEXT: Mapping[str, Any] = {
    **TINY_LANGUAGE,
    **TEXT_IDS,
    "vocab_size": byte_vocabulary(_SPECIALS),
    "rope_parameters": {"rope_type": "default", "rope_theta": 1e6, "mrope_section": [2, 3, 3]},
}


class Qwen2VL(HFDecoderFamily):
    """Names are the sizes below; weights are `random`, a folder saved by `save_pretrained`, or a hub id."""

    key: ClassVar[str] = "qwen2_vl"
    model_class: ClassVar[str] = "Qwen2VLForConditionalGeneration"
    config_class: ClassVar[str] = "Qwen2VLConfig"
    processor_class: ClassVar[str] = "Qwen2VLProcessor"
    opening: ClassVar[str] = "<|vision_start|><|image_pad|><|vision_end|>"
    places: ClassVar[tuple[tuple[str, Place], ...]] = (
        (r"visual\.", Place("vision", "patches")),
        (r"language_model\.", Place("fusion", "joint", "joint")),
    )
    sizes: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "tiny": {
            "vision_config": {"depth": 2, "embed_dim": 32, "hidden_size": 32, "num_heads": 2, "patch_size": 4},
            "text_config": TINY_TEXT,
            **IMAGE_IDS,
        },
        "2b": {  # Qwen/Qwen2-VL-2B-Instruct
            "vision_config": {"hidden_size": 1536},
            "text_config": {
                **TEXT_IDS,
                "hidden_size": 1536,
                "intermediate_size": 8960,
                "num_hidden_layers": 28,
                "num_attention_heads": 12,
                "num_key_value_heads": 2,
                "vocab_size": 151936,
                "rms_norm_eps": 1e-6,
                "rope_parameters": {"rope_type": "default", "rope_theta": 1e6, "mrope_section": [16, 24, 24]},
            },
            "tie_word_embeddings": True,
            **IMAGE_IDS,
        },
    }

    def stand_in(self, config: Any) -> Any:
        """Images in their own shape, of 4 to 64 tokens."""
        import transformers

        vision = config.vision_config
        token = (vision.patch_size * vision.spatial_merge_size) ** 2
        options = {
            "patch_size": vision.patch_size,
            "temporal_patch_size": vision.temporal_patch_size,
            "merge_size": vision.spatial_merge_size,
            "min_pixels": 4 * token,
            "max_pixels": 64 * token,
        }
        return getattr(transformers, self.processor_class)(
            transformers.Qwen2VLImageProcessor(**options),
            byte_tokenizer(config.text_config.max_position_embeddings, _SPECIALS, _ROLES),
            transformers.Qwen2VLVideoProcessor(**options),
        )

    def sequences(self, model: HFPairModel, inputs: Inputs) -> dict[str, Tokens]:
        """`joint`, and `patches`: those of one image after another."""
        return {**super().sequences(model, inputs), "patches": Tokens(lengths=inputs["image_grid_thw"].prod(dim=-1))}
