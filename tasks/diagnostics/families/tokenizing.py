"""Captions for text towers, by the tokenizer that came with a model or by one that gives ids alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from store.errors import BadInput
from tasks.diagnostics.families.dual import Texts
from tasks.diagnostics.families.preparing import refuse_reserved, shown
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
        """Tokens, padded or cut to `length`. Raises BadInput for a caption that spells a special token."""
        refuse_reserved(type(self.tokenizer).__name__, self.tokenizer, captions)
        whole = self.tokenizer(captions, truncation=False, verbose=False)["input_ids"]
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
        end = end_of_text(ids, end_of(tokenizer), tokenizer.pad_token_id)
        return Texts(ids, attended, end, row=self.row, cut=sum(len(each) > self.length for each in whole))


@dataclass(frozen=True, slots=True)
class PlainTokenizer:
    """A tokenizer that gives ids alone, and the ids by which the end of a text is found."""

    ids: Any
    """(captions, length or None for the model's own) -> [captions, length], integers, cut where they are longer."""
    eos: int | None
    pad: int | None = None
    masks_padding: bool = False
    row: int | None = None

    def __call__(self, captions: list[str]) -> Texts:
        """Tokens, padded; what lies behind the end of text is masked where the model takes a mask.

        Raises BadInput for a caption that spells the end of text.
        """
        import torch

        ids = self.ids(captions, None)
        if self.eos is not None and self.eos != self.pad:
            ends = (torch.cat([self.ids([""], None), ids]) == self.eos).sum(dim=1)
            for caption, more in zip(captions, (ends[1:] > ends[0]).tolist(), strict=True):
                if more:
                    raise BadInput(f"the caption {shown(caption)} spells the model's own end of a text; take it out")
        texts = Texts(ids, None, end_of_text(ids, self.eos, self.pad), row=self.row)
        texts = replace(texts, cut=self._cut(captions, texts))
        return replace(texts, attended=texts.rows.long()) if self.masks_padding else texts

    def _cut(self, captions: list[str], texts: Texts) -> int:
        """How many of the captions that fill all their tokens would fill one more."""
        length = texts.ids.shape[1]
        full = [caption for caption, end in zip(captions, texts.eot.tolist(), strict=True) if end == length - 1]
        if not full:
            return 0
        return int((end_of_text(self.ids(full, length + 1), self.eos, self.pad) == length).sum())


def end_of(tokenizer: Any) -> int | None:
    """Id that ends a text, of a tokenizer of the transformers library; BERT's kin call it the separator."""
    eos: int | None = tokenizer.sep_token_id if tokenizer.eos_token_id is None else tokenizer.eos_token_id
    return eos
