"""Captions for text towers of the transformers library, by the tokenizer that came along or by ids alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tasks.diagnostics.families.dual import Texts
from tasks.diagnostics.families.tokens import end_of_text

Tokenize = Callable[[list[str]], Texts]


@dataclass(frozen=True, slots=True)
class OwnTokenizer:
    """The tokenizer that came with a model."""

    tokenizer: Any
    length: int
    masks_padding: bool
    row: int | None = None

    def __call__(self, captions: list[str]) -> Texts:
        """Tokens, padded or cut to `length`."""
        made = self.tokenizer(
            captions,
            padding="max_length",
            truncation=True,
            max_length=self.length,
            return_attention_mask=True,
            return_tensors="pt",
        )
        ids, tokenizer = made["input_ids"], self.tokenizer
        eos = tokenizer.sep_token_id if tokenizer.eos_token_id is None else tokenizer.eos_token_id
        attended = made["attention_mask"] if self.masks_padding else None
        return Texts(ids, attended, end_of_text(ids, eos, tokenizer.pad_token_id), row=self.row)


@dataclass(frozen=True, slots=True)
class PlainTokenizer:
    """A tokenizer that gives ids alone."""

    ids: Any
    eos: int
    masks_padding: bool
    row: int | None = None

    def __call__(self, captions: list[str]) -> Texts:
        """Tokens, padded; what lies behind the end of text is masked where the model takes a mask."""
        ids = self.ids(captions)
        texts = Texts(ids, None, end_of_text(ids, self.eos, None), row=self.row)
        return Texts(ids, texts.rows.long(), texts.eot, row=self.row) if self.masks_padding else texts
