"""The words of the scenes, and word-level tokenizers made from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from tasks.diagnostics.datasets.scenes import COLOURS, COLUMNS, NUMBERS, OPENERS, RADII, ROWS, SHAPES

_CAPTION_WORDS = "a an and at the in of above below left right shape shapes"
_QUESTION_WORDS = "what which where colour size is ? ."


@dataclass(frozen=True, slots=True)
class Specials:
    """The special tokens of a model, and what its tokenizer puts around a text."""

    bos: str = "<bos>"
    eos: str = "<eos>"
    extra: tuple[str, ...] = ()
    closed: bool = True
    """Whether the tokenizer ends a text with `eos`; models that go on writing leave it open."""
    bert: bool = False
    """Whether the library calls these tokens `cls` and `sep`."""

    @property
    def template(self) -> str:
        """The template of a single text, in the terms of the tokenizers library."""
        return f"{self.bos} $A {self.eos}" if self.closed else f"{self.bos} $A"


def words() -> tuple[str, ...]:
    """Every word that a caption, a question or an answer can hold, sorted."""
    found = {*COLOURS, *SHAPES, *RADII, *ROWS, *COLUMNS, *NUMBERS}
    for text in (*OPENERS, _CAPTION_WORDS, _QUESTION_WORDS):
        found |= set(text.split())
    return tuple(sorted(found))


@cache  # every text of a training asks for it
def ids(specials: Specials) -> Mapping[str, int]:
    """Token -> id. Padding is 0; the end of text has the highest id, by which OpenCLIP finds it."""
    listed = ["<pad>", "<unk>", specials.bos, *specials.extra, *words(), specials.eos]
    return {token: number for number, token in enumerate(listed)}


def padded(captions: Sequence[str], specials: Specials, length: int) -> list[list[int]]:
    """Ids of captions between start and end, padded to `length`; what a closed tokenizer gives too."""
    known = ids(specials)
    rows = ([known[specials.bos], *(known[word] for word in text.split()), known[specials.eos]] for text in captions)
    return [row + [known["<pad>"]] * (length - len(row)) for row in rows]


def make_tokenizer(specials: Specials, length: int) -> Any:
    """A tokenizer of the transformers library: one id a word, lower case; `length` is its longest text in tokens."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    known = ids(specials)
    inner = Tokenizer(models.WordLevel(dict(known), unk_token="<unk>"))
    inner.normalizer = normalizers.Lowercase()
    inner.pre_tokenizer = pre_tokenizers.Whitespace()
    around = [(token, known[token]) for token in (specials.bos, specials.eos) if token in specials.template]
    inner.post_processor = processors.TemplateProcessing(single=specials.template, special_tokens=around)
    ends = (
        {"cls_token": specials.bos, "sep_token": specials.eos}
        if specials.bert
        else {"bos_token": specials.bos, "eos_token": specials.eos}
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=inner,
        model_max_length=length,
        padding_side="right",
        pad_token="<pad>",
        unk_token="<unk>",
        additional_special_tokens=list(specials.extra),
        **ends,
    )
