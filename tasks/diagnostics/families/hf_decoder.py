"""Language models of the transformers library that are given an image: what says the next token of a caption."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from store.errors import BadInput
from tasks.diagnostics.families.hf_pair import HFPairFamily, HFPairModel, Inputs
from tasks.diagnostics.families.model import SPECIAL, TEXT
from tasks.diagnostics.families.preparing import shown

if TYPE_CHECKING:
    import torch
    from PIL.Image import Image
    from torch import Tensor

TINY: Mapping[str, int] = {
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
}
"""A tower in numbers, as most configurations name them."""

TINY_LANGUAGE: Mapping[str, int] = {**TINY, "num_key_value_heads": 1, "max_position_embeddings": 2048}

MISTRAL_7B: Mapping[str, Any] = {
    "model_type": "mistral",
    "hidden_size": 4096,
    "intermediate_size": 14336,
    "num_hidden_layers": 32,
    "num_attention_heads": 32,
    "num_key_value_heads": 8,
    "max_position_embeddings": 32768,
}

CLIP_L14_336: Mapping[str, Any] = {
    "model_type": "clip_vision_model",
    "hidden_size": 1024,
    "intermediate_size": 4096,
    "num_hidden_layers": 24,
    "num_attention_heads": 16,
    "image_size": 336,
    "patch_size": 14,
    "projection_dim": 768,
}

SIGLIP_SO400M: Mapping[str, int] = {
    "hidden_size": 1152,
    "intermediate_size": 4304,
    "num_hidden_layers": 27,
    "num_attention_heads": 16,
    "patch_size": 14,
}
"""At any size of the image."""


class HFDecoderFamily(HFPairFamily):
    """A family of causal language models; what differs is named by the class attributes and a few methods."""

    config_class: ClassVar[str]
    sizes: ClassVar[Mapping[str, Mapping[str, Any]]]
    """Name -> options of the configuration. Special tokens have the ids of the stand-in tokenizer."""

    def names(self) -> tuple[str, ...]:
        """The sizes that can be built with random weights."""
        return tuple(self.sizes)

    def configuration(self, name: str) -> Any:
        """A size, in the transformers library's own terms."""
        import transformers

        return getattr(transformers, self.config_class)(**copy.deepcopy(dict(self.sizes[name])))

    def process(self, processor: Any, images: Sequence[Image], texts: Sequence[str]) -> Mapping[str, Any]:
        """What the processor makes of pairs."""
        made: Mapping[str, Any] = processor(images=list(images), text=list(texts), padding=True, return_tensors="pt")
        return made

    def inputs(self, model: HFPairModel, images: Sequence[Image], texts: Sequence[str]) -> dict[str, Any]:
        """Arguments of a forward over pairs. Raises BadInput for a caption that has no room in the model."""
        made = dict(self.process(model.processor, images, texts))
        length, limit = made["input_ids"].shape[1], self.room(model.module.config)
        if length > limit:
            longest = texts[int(made["attention_mask"].sum(dim=1).argmax())].removeprefix(self.opening)
            raise BadInput(
                f"{self.key}: an image with the caption {shown(longest)} takes {length} tokens, and the model has room "
                f"for {limit}; give shorter captions"
            )
        return made

    def room(self, config: Any) -> int:
        """Tokens that a sequence may have, those of the image included."""
        return int(config.get_text_config().max_position_embeddings)

    def kinds(self, model: HFPairModel, inputs: Inputs) -> Tensor:
        """What each of the input ids is; tokens that were added as special are, whatever role they have.

        A word that the tokenizer does not know is text, though its token is called special.
        """
        import torch

        tokenizer, ids = model.tokenizer, inputs["input_ids"]
        added = {id for id, token in tokenizer.added_tokens_decoder.items() if token.special}
        kinds = super().kinds(model, inputs)
        kinds = kinds.masked_fill((kinds == TEXT) & torch.isin(ids, torch.tensor(sorted(added)).to(ids)), SPECIAL)
        roles = {tokenizer.bos_token_id, tokenizer.eos_token_id, tokenizer.pad_token_id}
        if tokenizer.unk_token_id is None or tokenizer.unk_token_id in roles:
            return kinds
        return kinds.masked_fill((kinds == SPECIAL) & (ids == tokenizer.unk_token_id), TEXT)

    def assemble(
        self, module: Any, folder: Path | None, device: torch.device, provenance: tuple[str, str]
    ) -> HFPairModel:
        """With the processor that came along, else a stand-in, where the module's special tokens are those of one."""
        model = super().assemble(module, folder, device, provenance)
        image = self.image_token(module.config)
        if image is not None and image not in model.tokenizer.added_tokens_decoder:
            raise BadInput(
                f"{self.key}: the image token has the id {image} in config.json, which the tokenizer does not know; "
                "save the processor beside the weights"
            )
        return model
