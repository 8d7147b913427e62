"""A loaded OpenCLIP model, with its tokenizer and its image transform."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tasks.diagnostics.families import hub
from tasks.diagnostics.families.family import DualEncoder, Place, Provenance, Texts
from tasks.diagnostics.families.tokens import STAND_IN, HashedWords, end_of_text

if TYPE_CHECKING:
    import torch
    from PIL.Image import Image
    from torch import Tensor

_TOKENIZER_FILES = ("tokenizer.json", "tokenizer_config.json", "vocab.txt", "spiece.model", "sentencepiece.bpe.model")
_BPE_VOCABULARY = 49408
"""Size of the vocabulary whose tokenizer open_clip carries with it."""


Tokenize = Callable[[Sequence[str]], Texts]


def tokenizer_for(text: dict[str, Any], folder: Path | None, remote: bool) -> tuple[Tokenize, str]:
    """The tokenizer that belongs to a model, where it is at hand, and its description; otherwise a stand-in."""
    import open_clip

    length, name = text.get("context_length", 77), text.get("hf_tokenizer_name")
    vocabulary = text.get("vocab_size", _BPE_VOCABULARY)
    options = text.get("tokenizer_kwargs", {})
    if not name and vocabulary >= _BPE_VOCABULARY:
        bpe = open_clip.SimpleTokenizer(context_length=length, **options)
        return _Tokenize(bpe, bpe.eot_token_id, 0), "byte-pair encoding of CLIP, carried by open_clip"
    if name and remote and not _has_tokenizer(folder):
        folder = hub.snapshot(name)
    if name and folder is not None and _has_tokenizer(folder):
        own = open_clip.tokenizer.HFTokenizer(
            str(folder), context_length=length, tokenizer_mode=text.get("tokenizer_mode"), **options
        )
        inner = own.tokenizer
        eos = inner.eos_token_id if inner.eos_token_id is not None else inner.sep_token_id
        return _Tokenize(own, eos, inner.pad_token_id), f"{type(inner).__name__} that came with the weights"
    words = HashedWords(vocabulary, length, eos=vocabulary - 1, pad=text.get("pad_id", 0), bos=vocabulary - 2)
    return _Tokenize(words, words.eos, words.pad), STAND_IN


def _has_tokenizer(folder: Path | None) -> bool:
    return folder is not None and any((folder / file).is_file() for file in _TOKENIZER_FILES)


@dataclass(frozen=True, slots=True)
class _Tokenize:
    """A tokenizer, and the ids by which the end of a text is found."""

    ids: Callable[[list[str]], Tensor]
    eos: int | None
    pad: int | None

    def __call__(self, captions: Sequence[str]) -> Texts:
        ids = self.ids(list(captions))
        return Texts(ids, None, end_of_text(ids, self.eos, self.pad))


class OpenClipModel(DualEncoder):
    """A loaded open_clip model."""

    def __init__(
        self,
        module: Any,
        device: torch.device,
        provenance: Provenance,
        tokenize: Tokenize,
    ) -> None:
        from open_clip.transform import PreprocessCfg, image_transform_v2

        self.module = module
        self.device = device
        self.provenance = provenance
        self.class_row = 0 if _has_class_token(module.visual) else None
        self._model = module
        self._appended = 1 if getattr(getattr(module, "text", None), "cls_emb", None) is not None else 0
        self._transform = image_transform_v2(PreprocessCfg(**module.visual.preprocess_cfg), is_train=False)
        self._tokenize = tokenize

    def pixels(self, images: Sequence[Image]) -> Tensor:
        """[images, 3, height, width]."""
        import torch

        return torch.stack([self._transform(image) for image in images]).to(self.device)

    def texts(self, captions: Sequence[str]) -> Texts:
        """Padded to the full length of the model."""
        texts = self._tokenize(captions)
        return Texts(texts.ids.to(self.device), None, texts.eot.to(self.device), self._appended)

    def encode_images(self, pixels: Tensor) -> Tensor:
        """[images, width]."""
        embeddings: Tensor = self._model.encode_image(pixels)
        return embeddings

    def encode_texts(self, texts: Texts) -> Tensor:
        """[captions, width]."""
        embeddings: Tensor = self._model.encode_text(texts.ids)
        return embeddings

    def place(self, site: str) -> Place:
        """By the name's first part, and the names that pooling heads go by."""
        tower, _, inside = site.partition(".")
        pooling = "attn_pool" in inside or "attnpool" in inside
        return Place("vision", pooling) if tower == "visual" else Place("text", pooling)


def _has_class_token(visual: Any) -> bool:
    trunk = getattr(visual, "trunk", visual)
    return any(getattr(trunk, name, None) is not None for name in ("class_embedding", "cls_token"))
