"""Mllama, Llama 3.2 Vision: gated layers of cross-attention from a language model to the tiles of an image."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from tasks.diagnostics.families.hf_decoder import TINY_LANGUAGE, HFDecoderFamily
from tasks.diagnostics.families.hf_pair import HFPairModel, Inputs
from tasks.diagnostics.families.model import IMAGE, PADDING, Place, Tokens
from tasks.diagnostics.families.tokens import byte_tokenizer, byte_vocabulary

if TYPE_CHECKING:
    from PIL.Image import Image

_SPECIALS = ("<|finetune_right_pad_id|>", "<|begin_of_text|>", "<|end_of_text|>", "<|image|>", "<|python_tag|>")
_ROLES = {
    "pad_token": "<|finetune_right_pad_id|>",
    "bos_token": "<|begin_of_text|>",
    "eos_token": "<|end_of_text|>",
}
_IDS = {"pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2}


class Mllama(HFDecoderFamily):
    """Names are the sizes below; weights are `random`, a folder saved by `save_pretrained`, or a hub id."""

    key: ClassVar[str] = "mllama"
    model_class: ClassVar[str] = "MllamaForConditionalGeneration"
    config_class: ClassVar[str] = "MllamaConfig"
    opening: ClassVar[str] = "<|image|><|begin_of_text|>"
    places: ClassVar[tuple[tuple[str, Place], ...]] = (
        (r"(.*vision_model\.global_transformer\.layers\.\d+)\.", Place("vision", "tiles", "", r"\1.gate_attn")),
        (r"vision_model\.", Place("vision", "tiles")),
        (r"(.*language_model\.layers\.\d+)\.cross_attn", Place("cross", "text", "", r"\1.cross_attn_attn_gate")),
        (r"language_model\.", Place("text", "text")),
    )
    sizes: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "tiny": {
            "vision_config": {
                "hidden_size": 32,
                "intermediate_size": 64,
                "num_hidden_layers": 2,
                "num_global_layers": 1,
                "attention_heads": 2,
                "image_size": 16,
                "patch_size": 8,
                "intermediate_layers_indices": [0],
                "vision_output_dim": 64,
            },
            "text_config": {
                **TINY_LANGUAGE,
                **_IDS,
                "num_hidden_layers": 4,
                "cross_attention_layers": [1, 3],
                "vocab_size": byte_vocabulary(_SPECIALS),
            },
            "image_token_index": 3,
        },
        "11b": {  # meta-llama/Llama-3.2-11B-Vision; the numbers are the library's defaults
            "vision_config": {},
            "text_config": dict(_IDS),
            "image_token_index": 3,
        },
    }

    def stand_in(self, config: Any) -> Any:
        """As many tiles as the tower knows, each at its size."""
        from transformers import MllamaImageProcessor, MllamaProcessor

        vision = config.vision_config
        side = {"height": vision.image_size, "width": vision.image_size}
        return MllamaProcessor(
            MllamaImageProcessor(size=side, max_image_tiles=vision.max_num_tiles),
            byte_tokenizer(config.text_config.max_position_embeddings, _SPECIALS, _ROLES, "<|begin_of_text|> $A"),
        )

    def process(self, processor: Any, images: Sequence[Image], texts: Sequence[str]) -> Mapping[str, Any]:
        """One image a text; the prompt holds the start of text, which the tokenizer would put there once more."""
        made: Mapping[str, Any] = processor(
            images=[[image] for image in images],
            text=list(texts),
            padding=True,
            return_tensors="pt",
            add_special_tokens=False,
        )
        return made

    def image_token(self, config: Any) -> None:
        """Nothing of the image stands among the input ids: its token there says only where it belongs."""

    def sequences(self, model: HFPairModel, inputs: Inputs) -> dict[str, Tokens]:
        """`text`, and `tiles` of the tower: each is filled up to a multiple of 8 rows, and images to the most tiles.

        The tower lets the rows of an image attend to those that fill up too, which is why its keys are not named.
        """
        import torch

        vision = model.module.config.vision_config
        rows = (vision.image_size // vision.patch_size) ** 2 + 1
        filled = -(-rows // 8) * 8
        real = inputs["aspect_ratio_mask"][:, 0, :, None].bool() & (torch.arange(filled, device=model.device) < rows)
        kinds = torch.where(real, IMAGE, PADDING).flatten(1)
        return {"text": Tokens(self.kinds(model, inputs)), "tiles": Tokens(kinds)}
