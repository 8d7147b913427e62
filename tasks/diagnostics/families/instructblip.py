"""InstructBLIP: BLIP-2 whose latents, while they read the vision tower out, also attend to an instruction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from tasks.diagnostics.families.blip2 import IMAGE_ID, SPECIALS, TEXT_IDS, TINY_VISION, Blip2
from tasks.diagnostics.families.hf_decoder import TINY
from tasks.diagnostics.families.hf_pair import HFPairModel, Inputs
from tasks.diagnostics.families.model import IMAGE, PADDING, SPECIAL, TEXT, Place, Tokens
from tasks.diagnostics.families.tokens import BERT_SPECIALS, bert_tokenizer, byte_vocabulary, special_ids

if TYPE_CHECKING:
    from PIL.Image import Image

_INSTRUCTION = "A short image description."
"""For the latents alone. Given the caption, they would tell it to the language model, which is to predict it."""


class InstructBlip(Blip2):
    """Names are the sizes below; weights are `random`, a folder saved by `save_pretrained`, or a hub id."""

    key: ClassVar[str] = "instructblip"
    config_class: ClassVar[str] = "InstructBlipConfig"
    model_class: ClassVar[str] = "InstructBlipForConditionalGeneration"
    places: ClassVar[tuple[tuple[str, Place], ...]] = (
        (r"^vision_model\.", Place("vision", "image")),
        (r"^qformer\..*\.crossattention\.", Place("cross")),
        (r"^qformer\.", Place("pooling", "latents", "latents")),
        (r"^language_model\.", Place("fusion", "joint", "joint")),
    )
    sizes: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "tiny": {
            "vision_config": dict(TINY_VISION),
            "qformer_config": {
                **TINY,
                "vocab_size": byte_vocabulary(BERT_SPECIALS),
                "max_position_embeddings": 64,
            },
            "text_config": {
                "model_type": "llama",
                **TINY,
                **TEXT_IDS,
                "num_key_value_heads": 2,
                "vocab_size": byte_vocabulary(SPECIALS),
                "max_position_embeddings": 128,
            },
            "num_query_tokens": 4,
            "image_token_index": IMAGE_ID,
        },
        "vicuna-7b": {
            "qformer_config": {"vocab_size": 30523},
            "text_config": {"model_type": "llama", **TEXT_IDS, "vocab_size": 32001},
            "image_token_index": IMAGE_ID,
        },
    }

    def stand_in(self, config: Any) -> Any:
        """Images are squashed to a square."""
        from transformers import InstructBlipProcessor

        return InstructBlipProcessor(
            self.images(config),
            self.language(config),
            bert_tokenizer(config.qformer_config.max_position_embeddings),
            num_query_tokens=config.num_query_tokens,
        )

    def process(self, processor: Any, images: Sequence[Image], texts: Sequence[str]) -> Mapping[str, Any]:
        """The language model is given the captions, the latents the instruction."""
        told = processor.qformer_tokenizer([_INSTRUCTION] * len(texts), return_tensors="pt")
        made = super().process(processor, images, texts)
        return {
            **made,
            "qformer_input_ids": told["input_ids"],
            "qformer_attention_mask": told["attention_mask"],
        }

    def sequences(self, model: HFPairModel, inputs: Inputs) -> dict[str, Tokens]:
        """As BLIP-2; and `latents`, which stand for the image as they do in `joint`, then the instruction."""
        import torch

        ids = inputs["qformer_input_ids"]
        special = torch.tensor(special_ids(model.processor.qformer_tokenizer), device=ids.device)
        told = torch.full_like(ids, TEXT).masked_fill(torch.isin(ids, special), SPECIAL)
        told = told.masked_fill(inputs["qformer_attention_mask"] == 0, PADDING)
        latents = torch.full_like(ids[:, :1], IMAGE).expand(-1, model.module.config.num_query_tokens)
        return {**super().sequences(model, inputs), "latents": Tokens(torch.cat([latents, told], dim=1))}
