"""Which tokens of a caption are of which of its words, and the token that stands for a word that is hidden."""

from __future__ import annotations

import re
from typing import Any

_WORD = re.compile(r"\S+")


def tokens_by_word(tokenizer: Any, opening: str, caption: str) -> list[tuple[int, int]] | None:
    """(id, number of its word) of each token of a caption that stands behind an opening.

    Blanks are of the word behind them, those at the end of the last one. None where the tokenizer, which is one of the
    transformers library, does not tell where its tokens come from, or the caption has no word.
    """
    ends = [len(opening) + found.end() for found in _WORD.finditer(caption)]
    if not getattr(tokenizer, "is_fast", False) or not ends:
        return None
    made = tokenizer(f"{opening}{caption}", add_special_tokens=False, return_offsets_mapping=True, verbose=False)
    tokens = []
    for id, (start, end) in zip(made["input_ids"], made["offset_mapping"], strict=True):
        if end > len(opening):
            within = (number for number, last in enumerate(ends) if last > max(start, len(opening)))
            tokens.append((id, next(within, len(ends) - 1)))
    return tokens


def blank_token(tokenizer: Any) -> tuple[int, str]:
    """Id and name of what stands for a hidden word: a mask, or an unknown word, or else padding or an end."""
    for role in ("mask", "unk", "pad", "eos"):
        if (id := getattr(tokenizer, f"{role}_token_id", None)) is not None:
            return id, str(tokenizer.convert_ids_to_tokens(id))
    return 0, str(tokenizer.convert_ids_to_tokens(0))
