"""Chameleon: the image is turned into words of the language model's own vocabulary, in one stream with the text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from tasks.diagnostics.families.hf_decoder import TINY_LANGUAGE, HFDecoderFamily
from tasks.diagnostics.families.hf_pair import HFPairModel, Inputs
from tasks.diagnostics.families.model import SPECIAL, Place
from tasks.diagnostics.families.tokens import byte_tokenizer, byte_vocabulary

if TYPE_CHECKING:
    from PIL.Image import Image
    from torch import Tensor

_SPECIALS = ("<s>", "<pad>", "</s>", "<racm3:break>", "<eoss>", "<image>", "<reserved08706>")
_ROLES = {"bos_token": "<s>", "pad_token": "<pad>", "eos_token": "</s>", "sep_token": "<reserved08706>"}
_IDS = {"bos_token_id": 0, "pad_token_id": 1, "eos_token_id": 2}
_FIRST = byte_vocabulary(_SPECIALS)
"""Id of the first image word in the stand-in vocabulary."""


def _vocabulary(images: int) -> dict[str, int]:
    """Names of the special tokens and of the image words, whose number is written in letters from A, to ids."""
    letters = str.maketrans("0123456789", "ABCDEFGHIJ")
    names = {f"IMGIMG{str(number).translate(letters)}Z": _FIRST + number for number in range(images)}
    return {**{name: id for id, name in enumerate(_SPECIALS)}, **names}


class Chameleon(HFDecoderFamily):
    """Names are the sizes below; weights are `random`, a folder saved by `save_pretrained`, or a hub id."""

    key: ClassVar[str] = "chameleon"
    model_class: ClassVar[str] = "ChameleonForConditionalGeneration"
    config_class: ClassVar[str] = "ChameleonConfig"
    opening: ClassVar[str] = "<image>"
    places: ClassVar[tuple[tuple[str, Place], ...]] = (
        (r"vqmodel\.", Place("vision")),
        (r"layers\.", Place("fusion", "joint", "joint")),
    )
    sizes: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "tiny": {
            **TINY_LANGUAGE,
            **_IDS,
            "vocab_size": _FIRST + 32,
            "vocabulary_map": _vocabulary(32),
            "vq_config": {
                "embed_dim": 32,
                "num_embeddings": 32,
                "latent_channels": 32,
                "resolution": 16,
                "base_channels": 32,
                "channel_multiplier": [1, 1, 1],
                "num_res_blocks": 1,
            },
        },
        "7b": {**_IDS, "vocabulary_map": _vocabulary(8192), "vq_config": {}},  # facebook/chameleon-7b, the defaults
    }

    def stand_in(self, config: Any) -> Any:
        """Images cropped to the resolution of the image tokenizer."""
        from transformers import ChameleonImageProcessor, ChameleonProcessor

        side = config.vq_config.resolution
        return ChameleonProcessor(
            ChameleonImageProcessor(size={"shortest_edge": side}, crop_size={"height": side, "width": side}),
            byte_tokenizer(config.max_position_embeddings, _SPECIALS, _ROLES, "<s> $A"),
            image_seq_length=(side // 2 ** (len(config.vq_config.channel_multiplier) - 1)) ** 2,
        )

    def process(self, processor: Any, images: Sequence[Image], texts: Sequence[str]) -> Mapping[str, Any]:
        """As a text to be completed: a chat would end the caption with a separator."""
        made: Mapping[str, Any] = processor(
            images=list(images), text=list(texts), padding=True, return_tensors="pt", return_for_text_completion=True
        )
        return made

    def image_token(self, config: Any) -> int:
        """Its places are filled with image words inside the model."""
        return int(config.vocabulary_map["<image>"])

    def kinds(self, model: HFPairModel, inputs: Inputs) -> Tensor:
        """The tokens that open and close the image belong to neither modality."""
        import torch

        kinds, ids = super().kinds(model, inputs), inputs["input_ids"]
        processor = model.processor
        ends = torch.tensor([processor.image_start_token_id, processor.image_end_token_id], device=ids.device)
        return kinds.masked_fill(torch.isin(ids, ends), SPECIAL)
