"""BLIP-2: latents read a vision tower out and stand before the caption in a causal language model."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from store.errors import BadInput
from tasks.diagnostics.families.hf_decoder import TINY, HFDecoderFamily
from tasks.diagnostics.families.hf_pair import HFPairModel, Inputs, class_token_first
from tasks.diagnostics.families.model import Place, Tokens
from tasks.diagnostics.families.tokens import byte_tokenizer, byte_vocabulary
from tasks.diagnostics.families.vision_scale import ScaledVision
from tasks.diagnostics.families.weights import seeded

if TYPE_CHECKING:
    import torch

SPECIALS = ("<pad>", "</s>", "<image>")
ROLES: Mapping[str, str] = {"pad_token": "<pad>", "bos_token": "</s>", "eos_token": "</s>"}
TEXT_IDS: Mapping[str, int] = {"pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 1}
IMAGE_ID = 2
TINY_VISION: Mapping[str, int] = {**TINY, "image_size": 32, "patch_size": 8}


class Blip2(ScaledVision, HFDecoderFamily):
    """Names are the sizes below; weights are `random`, a folder saved by `save_pretrained`, or a hub id."""

    key: ClassVar[str] = "blip-2"
    config_class: ClassVar[str] = "Blip2Config"
    model_class: ClassVar[str] = "Blip2ForConditionalGeneration"
    places: ClassVar[tuple[tuple[str, Place], ...]] = (
        (r"^vision_model\.", Place("vision", "image")),
        (r"^qformer\..*\.crossattention\.", Place("cross")),
        (r"^qformer\.", Place("pooling")),
        (r"^language_model\.", Place("fusion", "joint", "joint")),
    )
    sizes: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "tiny": {
            "vision_config": dict(TINY_VISION),
            "qformer_config": dict(TINY),
            "text_config": {
                "model_type": "opt",
                **TINY,
                **TEXT_IDS,
                "ffn_dim": 64,
                "word_embed_proj_dim": 32,
                "vocab_size": byte_vocabulary(SPECIALS),
                "max_position_embeddings": 128,
            },
            "num_query_tokens": 4,
            "image_token_index": IMAGE_ID,
        },
        "opt-2.7b": {
            "text_config": {
                "model_type": "opt",
                **TEXT_IDS,
                "hidden_size": 2560,
                "num_hidden_layers": 32,
                "num_attention_heads": 32,
                "ffn_dim": 10240,
                "word_embed_proj_dim": 2560,
                "vocab_size": 50304,
            },
            "image_token_index": IMAGE_ID,
        },
    }

    def build(self, config: Any, seed: int) -> Any:
        """The latents are drawn, as their makers do; left at nought, as by the library, they would all be the same."""
        module = super().build(config, seed)
        with seeded(seed):
            module.query_tokens.data.normal_(std=config.qformer_config.initializer_range)
        return module

    def assemble(
        self, module: Any, folder: Path | None, device: torch.device, provenance: tuple[str, str]
    ) -> HFPairModel:
        """Raises BadInput for a language model with an encoder of its own."""
        text = module.config.text_config
        if text.is_encoder_decoder:
            raise BadInput(
                f"{self.key}: a language model of type {text.model_type!r} has an encoder of its own, which is not "
                "measured; give weights with a decoder alone"
            )
        return super().assemble(module, folder, device, provenance)

    def stand_in(self, config: Any) -> Any:
        """Images are squashed to a square."""
        from transformers import Blip2Processor

        return Blip2Processor(self.images(config), self.language(config), num_query_tokens=config.num_query_tokens)

    def images(self, config: Any) -> Any:
        """The image processor of `stand_in`."""
        from transformers import BlipImageProcessor

        side = config.vision_config.image_size
        return BlipImageProcessor(size={"height": side, "width": side})

    def language(self, config: Any) -> Any:
        """The tokenizer of `stand_in`."""
        return byte_tokenizer(config.text_config.max_position_embeddings, SPECIALS, ROLES, "</s> $A")

    def sequences(self, model: HFPairModel, inputs: Inputs) -> dict[str, Tokens]:
        """`image`, of the vision tower; `joint`, what the latents make of it, then the caption."""
        return {"image": class_token_first(inputs["input_ids"]), **super().sequences(model, inputs)}
