"""Idefics2: a perceiver resamples the image to a few tokens, which stand among the text of a causal language model."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from tasks.diagnostics.families.hf_decoder import MISTRAL_7B, SIGLIP_SO400M, TINY, TINY_LANGUAGE, HFDecoderFamily
from tasks.diagnostics.families.hf_pair import HFPairModel, Inputs
from tasks.diagnostics.families.idefics import SPECIALS
from tasks.diagnostics.families.model import IMAGE, PADDING, SPECIAL, Place, Tokens
from tasks.diagnostics.families.tokens import LLAMA_IDS, byte_vocabulary, llama_tokenizer


class Idefics2(HFDecoderFamily):
    """Names are the sizes below; weights are `random`, a folder saved by `save_pretrained`, or a hub id.

    Images are seen whole: the models can also be given each image in four parts besides.
    """

    key: ClassVar[str] = "idefics2"
    model_class: ClassVar[str] = "Idefics2ForConditionalGeneration"
    config_class: ClassVar[str] = "Idefics2Config"
    opening: ClassVar[str] = "<image>"
    places: ClassVar[tuple[tuple[str, Place], ...]] = (
        (r"vision_model\.", Place("vision", "patches")),
        (r"perceiver_resampler\.", Place("pooling", "", "perceived")),
        (r"text_model\.", Place("fusion", "joint", "joint")),
    )
    sizes: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "tiny": {
            "vision_config": {**TINY, "image_size": 32, "patch_size": 8},
            "perceiver_config": {
                "hidden_size": 32,
                "resampler_n_latents": 4,
                "resampler_depth": 2,
                "resampler_n_heads": 2,
                "resampler_head_dim": 16,
                "num_key_value_heads": 1,
            },
            "text_config": {
                "model_type": "mistral",
                **TINY_LANGUAGE,
                **LLAMA_IDS,
                "vocab_size": byte_vocabulary(SPECIALS),
                "sliding_window": None,
            },
            "image_token_id": 4,
        },
        "8b": {  # HuggingFaceM4/idefics2-8b: SigLIP SO400M/14 at 980 pixels, Mistral 7B
            "vision_config": {**SIGLIP_SO400M, "image_size": 980},
            "perceiver_config": {"hidden_size": 4096, "rms_norm_eps": 1e-5},
            "text_config": {
                **MISTRAL_7B,
                **LLAMA_IDS,
                "vocab_size": 32003,
                "rms_norm_eps": 1e-5,
                "sliding_window": 4096,
            },
            "image_token_id": 4,
        },
    }

    def stand_in(self, config: Any) -> Any:
        """Images in their own shape, no edge longer than the tower knows."""
        from transformers import Idefics2ImageProcessor, Idefics2Processor

        side = config.vision_config.image_size
        return Idefics2Processor(
            Idefics2ImageProcessor(size={"shortest_edge": side // 2, "longest_edge": side}, do_image_splitting=False),
            llama_tokenizer(config.text_config.max_position_embeddings, SPECIALS),
            image_seq_len=config.perceiver_config.resampler_n_latents,
        )

    def own(self, folder: Path | None) -> Any:
        """The processor that came with some weights, told to leave images whole."""
        processor = super().own(folder)
        processor.image_processor.do_image_splitting = False
        return processor

    def sequences(self, model: HFPairModel, inputs: Inputs) -> dict[str, Tokens]:
        """`joint`; `patches` of the tower, padded to the largest image; `perceived`, these and the latents."""
        import torch

        config = model.module.config
        side = config.vision_config.patch_size
        whole = inputs["pixel_attention_mask"][:, 0].unfold(1, side, side).unfold(2, side, side)
        patches = whole.bool().all(dim=-1).all(dim=-1).flatten(1)
        kinds = torch.full(patches.shape, IMAGE, device=model.device).masked_fill(~patches, PADDING)
        latents = kinds.new_full((len(kinds), config.perceiver_config.resampler_n_latents), SPECIAL)
        return {
            **super().sequences(model, inputs),
            "patches": Tokens(kinds),
            "perceived": Tokens(torch.cat([kinds, latents], dim=1)),
        }
