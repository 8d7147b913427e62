"""A loaded dual encoder of the transformers library, with its tokenizer and its image processor."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tasks.diagnostics.families.family import DualEncoder, Place, Provenance, Texts
from tasks.diagnostics.families.tokens import end_of_text

if TYPE_CHECKING:
    import torch
    from PIL.Image import Image
    from torch import Tensor

Tokenize = Callable[[list[str]], Texts]


@dataclass(frozen=True, slots=True)
class OwnTokenizer:
    """The tokenizer that came with a model."""

    tokenizer: Any
    length: int
    masks_padding: bool

    def __call__(self, captions: list[str]) -> Texts:
        """Tokens, padded to `length`."""
        made = self.tokenizer(
            captions,
            padding="max_length",
            truncation=True,
            max_length=self.length,
            return_attention_mask=True,
            return_tensors="pt",
        )
        ids = made["input_ids"]
        eot = end_of_text(ids, self.tokenizer.eos_token_id, self.tokenizer.pad_token_id)
        return Texts(ids, made["attention_mask"] if self.masks_padding else None, eot)


@dataclass(frozen=True, slots=True)
class PlainTokenizer:
    """A tokenizer that gives ids alone."""

    ids: Any
    eos: int
    masks_padding: bool

    def __call__(self, captions: list[str]) -> Texts:
        """Tokens, padded; what lies behind the end of text is masked where the model takes a mask."""
        ids = self.ids(captions)
        texts = Texts(ids, None, end_of_text(ids, self.eos, None))
        return Texts(ids, texts.rows.long(), texts.eot) if self.masks_padding else texts


class HFDualEncoder(DualEncoder):
    """A loaded model of the transformers library."""

    def __init__(
        self,
        class_row: int | None,
        module: Any,
        device: torch.device,
        provenance: Provenance,
        tokenize: Tokenize,
        processor: Any,
    ) -> None:
        self.module = module
        self.device = device
        self.provenance = provenance
        self.class_row = class_row
        self._model = module
        self._tokenize = tokenize
        self._processor = processor

    def pixels(self, images: Sequence[Image]) -> Tensor:
        """[images, 3, height, width]."""
        pixels: Tensor = self._processor(images=list(images), return_tensors="pt")["pixel_values"]
        return pixels.to(self.device)

    def texts(self, captions: Sequence[str]) -> Texts:
        """Padded to the full length of the model."""
        made = self._tokenize(list(captions))
        attended = None if made.attended is None else made.attended.to(self.device)
        return Texts(made.ids.to(self.device), attended, made.eot.to(self.device))

    def encode_images(self, pixels: Tensor) -> Tensor:
        """[images, width]."""
        embeddings: Tensor = self._model.get_image_features(pixel_values=pixels).pooler_output
        return embeddings

    def encode_texts(self, texts: Texts) -> Tensor:
        """[captions, width]."""
        made = self._model.get_text_features(input_ids=texts.ids, attention_mask=texts.attended)
        embeddings: Tensor = made.pooler_output
        return embeddings

    def place(self, site: str) -> Place:
        """By the name's first part, and the names that pooling heads go by."""
        pooling = ".head." in f".{site}."
        return Place("vision" if site.startswith("vision_model") else "text", pooling)
