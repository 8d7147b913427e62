"""Captions for text towers, by the tokenizer that came with a model or by one that gives ids alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tasks.diagnostics.families.dual import Texts
from tasks.diagnostics.families.tokens import end_of_text

Tokenize = Callable[[list[str]], Texts]


@dataclass(frozen=True, slots=True)
class OwnTokenizer:
    """The tokenizer that came with a model of the transformers library."""

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
        attended = made["attention_mask"] if self.masks_padding else None
        return Texts(ids, attended, end_of_text(ids, end_of(tokenizer), tokenizer.pad_token_id), row=self.row)


@dataclass(frozen=True, slots=True)
class PlainTokenizer:
    """A tokenizer that gives ids alone, and the ids by which the end of a text is found."""

    ids: Any
    eos: int | None
    pad: int | None = None
    masks_padding: bool = False
    row: int | None = None

    def __call__(self, captions: list[str]) -> Texts:
        """Tokens, padded; what lies behind the end of text is masked where the model takes a mask."""
        ids = self.ids(captions)
        texts = Texts(ids, None, end_of_text(ids, self.eos, self.pad), row=self.row)
        return Texts(ids, texts.rows.long(), texts.eot, row=self.row) if self.masks_padding else texts


def end_of(tokenizer: Any) -> int | None:
    """Id that ends a text, of a tokenizer of the transformers library; BERT's kin call it the separator."""
    eos: int | None = tokenizer.sep_token_id if tokenizer.eos_token_id is None else tokenizer.eos_token_id
    return eos
