"""Tokens without a download: a stand-in for models that bring no tokenizer, and the end of a text."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor

STAND_IN = "stand-in: words hashed into the vocabulary, as no tokenizer came with the weights"


@dataclass(frozen=True, slots=True)
class HashedWords:
    """Gives every word an id by its SHA-256: deterministic and offline, but not what a trained model has learned."""

    vocabulary: int
    length: int
    eos: int
    pad: int
    bos: int | None = None

    def __call__(self, captions: Sequence[str], length: int | None = None) -> Tensor:
        """Ids of shape [captions, length]: bos, words, eos, then pads; long captions are cut before the eos."""
        import torch

        return torch.tensor([self._row(caption, length or self.length) for caption in captions])

    def _row(self, caption: str, length: int) -> list[int]:
        ids = [] if self.bos is None else [self.bos]
        ids += map(self._id, re.findall(r"\w+|[^\w\s]", caption.casefold()))
        del ids[length - 1 :]
        ids.append(self.eos)
        return ids + [self.pad] * (length - len(ids))

    def _id(self, word: str) -> int:
        drawn = int.from_bytes(hashlib.sha256(word.encode()).digest()[:8], "big")
        while drawn % self.vocabulary in (self.bos, self.eos, self.pad):
            drawn += 1
        return drawn % self.vocabulary


def end_of_text(ids: Tensor, eos: int | None, pad: int | None) -> Tensor:
    """Position of the end of each text, [captions]: the first eos, else the last id that is no pad, else the last."""
    import torch

    last = ids.shape[1] - 1
    positions = torch.arange(ids.shape[1], device=ids.device)
    is_eos = ids == eos if eos is not None else torch.zeros_like(ids, dtype=torch.bool)
    is_text = ids != pad if pad is not None else torch.ones_like(ids, dtype=torch.bool)
    last_text = torch.where(is_text.any(dim=1), positions.where(is_text, -1).amax(dim=1), last)
    return torch.where(is_eos.any(dim=1), is_eos.int().argmax(dim=1), last_text)


CLIP_VOCABULARY = 49408
"""Size of the vocabulary whose tokenizer open_clip carries with it."""
CLIP_BPE = "byte-pair encoding of CLIP, carried by open_clip"

BYTES = "stand-in: one token a byte, as no tokenizer came with the weights"


def byte_tokenizer(length: int, specials: Sequence[str], roles: Mapping[str, str], template: str = "$A") -> Any:
    """A tokenizer of the transformers library that needs no download: special tokens first, then one for every byte.

    `specials` get the ids from 0 on; `roles` names some of them, such as `{"pad_token": "<pad>"}`. `template` is what
    stands around a text, such as `<s> $A </s>`. Its vocabulary has `byte_vocabulary(specials)` entries.
    """
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    ids = {token: id for id, token in enumerate((*specials, *alphabet))}
    inner = Tokenizer(models.BPE(ids, []))
    inner.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    inner.decoder = decoders.ByteLevel()
    inner.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in specials])
    used = [(token, ids[token]) for token in specials if token in template.split()]
    inner.post_processor = processors.TemplateProcessing(single=template, special_tokens=used)
    others = [token for token in specials if token not in roles.values()]
    return PreTrainedTokenizerFast(
        tokenizer_object=inner,
        model_max_length=length,
        padding_side="right",
        extra_special_tokens=others,
        **roles,
    )


BERT_SPECIALS = ("[PAD]", "[CLS]", "[SEP]")


def bert_tokenizer(length: int) -> Any:
    """The byte tokenizer with the special tokens of BERT around a text; padding has the id 0."""
    roles = {"pad_token": "[PAD]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    return byte_tokenizer(length, BERT_SPECIALS, roles, "[CLS] $A [SEP]")


ROBERTA_SPECIALS = ("<s>", "<pad>", "</s>")


def roberta_tokenizer(length: int) -> Any:
    """The byte tokenizer with the special tokens of RoBERTa around a text; padding has the id 1."""
    roles = {"pad_token": "<pad>", "cls_token": "<s>", "sep_token": "</s>", "bos_token": "<s>", "eos_token": "</s>"}
    return byte_tokenizer(length, ROBERTA_SPECIALS, roles, "<s> $A </s>")


LLAMA_SPECIALS = ("<pad>", "<s>", "</s>")
LLAMA_IDS: Mapping[str, int] = {"pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2}
"""Their ids, as configurations name them."""


def llama_tokenizer(length: int, specials: Sequence[str], template: str = "<s> $A") -> Any:
    """The byte tokenizer with the special tokens of Llama, which `specials` begin with; a text has a start, no end."""
    roles = {"pad_token": "<pad>", "bos_token": "<s>", "eos_token": "</s>"}
    return byte_tokenizer(length, specials, roles, template)


def special_ids(tokenizer: Any) -> list[int]:
    """Ids of a tokenizer of the transformers library that stand for no text; an unknown word is text."""
    roles = ("bos", "eos", "pad", "sep", "cls", "mask")
    kept = {getattr(tokenizer, f"{role}_token_id", None) for role in roles}
    return [id for id in tokenizer.all_special_ids if id != tokenizer.unk_token_id or id in kept]


def byte_vocabulary(specials: Sequence[str]) -> int:
    """Entries of the vocabulary of `byte_tokenizer`."""
    return len(specials) + 256
