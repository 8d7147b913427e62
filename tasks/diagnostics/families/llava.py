"""LLaVA: the patches of a CLIP vision tower stand among the text tokens of a causal language model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from tasks.diagnostics.families.hf_decoder import CLIP_L14_336, TINY, TINY_LANGUAGE, HFDecoderFamily
from tasks.diagnostics.families.hf_dual import square_crop
from tasks.diagnostics.families.model import Place
from tasks.diagnostics.families.tokens import LLAMA_IDS, LLAMA_SPECIALS, byte_vocabulary, llama_tokenizer

SPECIALS = (*LLAMA_SPECIALS, "<image>")


def class_tokens(config: Any) -> int:
    """Rows of the vision tower that stand for no patch: SigLIP's has none."""
    return 0 if "siglip" in config.vision_config.model_type else 1


class Llava(HFDecoderFamily):
    """Names are the sizes below; weights are `random`, a folder saved by `save_pretrained`, or a hub id."""

    key: ClassVar[str] = "llava"
    model_class: ClassVar[str] = "LlavaForConditionalGeneration"
    config_class: ClassVar[str] = "LlavaConfig"
    processor_class: ClassVar[str] = "LlavaProcessor"
    opening: ClassVar[str] = "<image>\n"
    places: ClassVar[tuple[tuple[str, Place], ...]] = (
        (r"vision_tower\.(.*\.)?head\.", Place("pooling")),
        (r"vision_tower\.", Place("vision")),
        (r"language_model\.", Place("fusion", "joint", "joint")),
    )
    sizes: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "tiny": {
            "vision_config": {"model_type": "clip_vision_model", **TINY, "image_size": 32, "patch_size": 8},
            "text_config": {
                "model_type": "llama",
                **TINY_LANGUAGE,
                **LLAMA_IDS,
                "vocab_size": byte_vocabulary(SPECIALS),
            },
            "image_token_id": 3,
            "image_seq_length": 16,
        },
        "1.5-7b": {  # llava-hf/llava-1.5-7b-hf: CLIP ViT-L/14 at 336 pixels, Vicuna 7B
            "vision_config": CLIP_L14_336,
            "text_config": {
                "model_type": "llama",
                **LLAMA_IDS,
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
        import transformers

        return getattr(transformers, self.processor_class)(
            self.images(config),
            llama_tokenizer(config.text_config.max_position_embeddings, SPECIALS),
            patch_size=config.vision_config.patch_size,
            vision_feature_select_strategy=config.vision_feature_select_strategy,
            num_additional_image_tokens=class_tokens(config),
        )

    def images(self, config: Any) -> Any:
        """The image processor of `stand_in`."""
        from transformers import CLIPImageProcessor

        return CLIPImageProcessor(**square_crop(config.vision_config.image_size))
