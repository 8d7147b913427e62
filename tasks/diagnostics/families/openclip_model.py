"""A loaded OpenCLIP model, with its tokenizer and its image transform."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from store.models import Role
from tasks.diagnostics.families import hub
from tasks.diagnostics.families.dual import DualEncoder, Texts
from tasks.diagnostics.families.model import Place, Provenance
from tasks.diagnostics.families.tokenizing import PlainTokenizer, Tokenize, end_of
from tasks.diagnostics.families.tokens import CLIP_BPE, CLIP_VOCABULARY, STAND_IN, HashedWords
from tasks.diagnostics.families.weights import TOKENIZER_FILES, holds_any

if TYPE_CHECKING:
    import torch
    from PIL.Image import Image
    from torch import Tensor

_ATTENTION = re.compile(r"attention|attn", re.IGNORECASE)
"""Names of classes that attend."""


def tokenizer_for(text: dict[str, Any], folder: Path | None, remote: bool) -> tuple[Tokenize, str]:
    """The tokenizer that belongs to a model, where it is at hand, and its description; otherwise a stand-in."""
    import open_clip

    length, name = text.get("context_length", 77), text.get("hf_tokenizer_name")
    vocabulary = text.get("vocab_size", CLIP_VOCABULARY)
    options = text.get("tokenizer_kwargs", {})
    if not name and vocabulary >= CLIP_VOCABULARY:
        bpe = open_clip.SimpleTokenizer(context_length=length, **options)
        return PlainTokenizer(bpe, bpe.eot_token_id, 0), CLIP_BPE
    if name and remote and not holds_any(folder, TOKENIZER_FILES):
        folder = hub.snapshot(name)
    if name and holds_any(folder, TOKENIZER_FILES):
        own = open_clip.tokenizer.HFTokenizer(
            str(folder), context_length=length, tokenizer_mode=text.get("tokenizer_mode"), **options
        )
        inner = own.tokenizer
        tokenize = PlainTokenizer(own, end_of(inner), inner.pad_token_id)
        return tokenize, f"{type(inner).__name__} that came with the weights"
    words = HashedWords(vocabulary, length, eos=vocabulary - 1, pad=text.get("pad_id", 0), bos=vocabulary - 2)
    return PlainTokenizer(words, words.eos, words.pad), STAND_IN


class OpenClipModel(DualEncoder):
    """A loaded open_clip model."""

    recalls: ClassVar[bool] = True

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
        self.class_row = 0 if _hands_on_class_token(module.visual) else None
        self.absent = _absent(self, module.visual)  # type: ignore[misc]
        self._text = _text_options(module)
        self._transform = image_transform_v2(PreprocessCfg(**module.visual.preprocess_cfg), is_train=False)
        self._tokenize = tokenize

    def pixels(self, images: Sequence[Image]) -> Tensor:
        """[images, 3, height, width]."""
        import torch

        return torch.stack([self._transform(image) for image in images]).to(self.device)

    def texts(self, captions: Sequence[str]) -> Texts:
        """Padded to the full length of the model."""
        texts = self._tokenize(list(captions))
        return replace(texts, ids=texts.ids.to(self.device), eot=texts.eot.to(self.device), **self._text)

    def encode_images(self, pixels: Tensor) -> Tensor:
        """[images, width]."""
        embeddings: Tensor = self.module.encode_image(pixels)
        return embeddings

    def encode_texts(self, texts: Texts) -> Tensor:
        """[captions, width]."""
        embeddings: Tensor = self.module.encode_text(texts.ids)
        return embeddings

    def place(self, site: str) -> Place:
        """By the name's first part, and the names that pooling heads go by."""
        tower, _, inside = site.partition(".")
        if "attn_pool" in inside or "attnpool" in inside or inside.startswith("head."):
            return Place("pooling")
        return Place("vision", "image") if tower == "visual" else Place("text", "text")

    def temperature(self) -> float:
        """The learned scale of its logits."""
        scale = getattr(self.module, "logit_scale", None)
        return 1.0 if scale is None else float(scale.exp())


def _hands_on_class_token(visual: Any) -> bool:
    """Towers that pool by attention or by a mean may have a class token too, and do not hand it on by itself."""
    if hasattr(visual, "trunk"):
        return getattr(visual.trunk, "cls_token", None) is not None and visual.trunk.global_pool == "token"
    has_one = getattr(visual, "class_embedding", None) is not None
    return has_one and getattr(visual, "attn_pool", None) is None and visual.pool_type == "tok"


def _absent(model: OpenClipModel, visual: Any) -> dict[Role, str]:
    """Convolutional towers have no layer of attention, though perhaps a pooling head."""
    looks = [name for name, module in visual.named_modules() if _ATTENTION.search(type(module).__name__)]
    roles = {model.place(f"visual.{name}").role for name in looks}
    if "vision" in roles:
        return {}
    outside = " outside its pooling head" if roles else ""
    kind = type(getattr(visual, "trunk", visual)).__name__
    return {"vision": f"the vision tower, a {kind}, has no attention{outside}"}


def _text_options(module: Any) -> dict[str, Any]:
    """Which rows the text tower adds, and which it hands on, in the terms of `Texts`."""
    text = getattr(module, "text", module)
    if getattr(text, "cls_emb", None) is not None:
        return {"appended": 1, "row": -1}
    kind = getattr(text, "pool_type", None) or getattr(module, "text_pool_type", None)
    pooler = type(getattr(text, "pooler", None)).__name__.casefold()
    if kind == "first" or "cls" in pooler:
        return {"row": 0}
    if kind == "last":
        return {"row": -1}
    return {"mean": kind == "none" or "mean" in pooler or "max" in pooler}
