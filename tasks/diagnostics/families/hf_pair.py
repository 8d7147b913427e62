"""Models of the transformers library that take an image and a text together, in one forward pass."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from tasks.diagnostics.families.hf import PROCESSOR_FILES, HFFamily
from tasks.diagnostics.families.model import (
    IMAGE,
    PADDING,
    SPECIAL,
    TEXT,
    Answer,
    Output,
    Pass,
    Place,
    Provenance,
    Tokens,
    VisionLanguageModel,
)
from tasks.diagnostics.families.preparing import prepared, refuse_reserved
from tasks.diagnostics.families.tokens import BYTES, special_ids
from tasks.diagnostics.families.weights import TOKENIZER_FILES, holds_any
from tasks.diagnostics.families.words import blank_token, tokens_by_word

if TYPE_CHECKING:
    import torch
    from PIL.Image import Image
    from torch import Tensor

Inputs = Mapping[str, Any]
"""Arguments of the module's forward, mostly tensors [samples, ...]."""


class HFPairFamily(HFFamily):
    """A family whose models see pairs; what differs is named by the class attributes and a few methods."""

    places: ClassVar[tuple[tuple[str, Place], ...]]
    """(pattern, place): the first pattern that `re.search` finds in a site's name decides; the name of a gate may hold
    groups of the pattern, such as `\\1`."""
    task: ClassVar[str] = "the next token of the caption"
    matches: ClassVar[bool] = False
    """Whether the output says of each pair if it matches."""
    absent: ClassVar[Mapping[Any, str]] = {}
    opening: ClassVar[str] = ""
    """What stands before a caption, the image among it, in the form that the processor expects."""

    @abstractmethod
    def stand_in(self, config: Any) -> Any:
        """A processor, with a tokenizer, for a module that brings none, as for random weights."""

    def longest(self, config: Any) -> int | None:
        """Tokens to which a text is cut; None where it is not."""
        del config
        return None

    def cut(self, model: HFPairModel, captions: Sequence[str]) -> int:
        """How many captions are longer than `longest`."""
        longest = self.longest(model.module.config)
        if longest is None:
            return 0
        whole = model.tokenizer(list(captions), truncation=False, verbose=False)["input_ids"]
        return sum(len(each) > longest for each in whole)

    def inputs(self, model: HFPairModel, images: Sequence[Image], texts: Sequence[str]) -> dict[str, Any]:
        """Arguments of a forward over pairs; `images` and `texts` are of one length."""
        longest = self.longest(model.module.config)
        cut = {} if longest is None else {"truncation": True, "max_length": longest}
        return dict(model.processor(images=list(images), text=list(texts), padding=True, return_tensors="pt", **cut))

    def forward(self, module: Any, inputs: Inputs) -> Any:
        """One forward pass over pairs."""
        return module(**inputs)

    def sequences(self, model: HFPairModel, inputs: Inputs) -> dict[str, Tokens]:
        """The sequences that `places` name. Here: `joint`, the input ids with image tokens among them."""
        return {"joint": Tokens(self.kinds(model, inputs))}

    def kinds(self, model: HFPairModel, inputs: Inputs) -> Tensor:
        """What each of the input ids is, [samples, length]."""
        import torch

        ids = inputs["input_ids"]
        special = torch.tensor(special_ids(model.tokenizer), device=ids.device)
        kinds = torch.full_like(ids, TEXT).masked_fill(torch.isin(ids, special), SPECIAL)
        image = self.image_token(model.module.config)
        if image is not None:
            kinds = kinds.masked_fill(ids == image, IMAGE)
        attended = inputs.get("attention_mask")
        return kinds if attended is None else kinds.masked_fill(attended == 0, PADDING)

    def image_token(self, config: Any) -> int | None:
        """Id that stands for a place of the image among the input ids; None where there is none."""
        found = getattr(config, "image_token_id", None)
        return getattr(config, "image_token_index", None) if found is None else found

    def output(self, model: HFPairModel, inputs: Inputs) -> Output:
        """Here: the next token, at each position that a text token follows."""
        logits = self.forward(model.module, inputs).logits[:, -inputs["input_ids"].shape[1] :]
        return Output(logits[:, :-1], *self.targets(model, inputs))

    def targets(self, model: HFPairModel, inputs: Inputs) -> tuple[Tensor, Tensor]:
        """Which positions of `output` count, and what is right there, each [samples, positions]."""
        return self.kinds(model, inputs)[:, 1:] == TEXT, inputs["input_ids"][:, 1:]

    def assemble(
        self, module: Any, folder: Path | None, device: torch.device, provenance: tuple[str, str]
    ) -> HFPairModel:
        """With the processor that came along, else a stand-in."""
        if holds_any(folder, PROCESSOR_FILES) and holds_any(folder, TOKENIZER_FILES):
            processor, described = self.own(folder), "that came with the weights"
            described = f"{type(processor.tokenizer).__name__} {described}"
        else:
            processor, described = self.stand_in(module.config), BYTES
        return HFPairModel(self, module, device, Provenance(*provenance, described), processor)

    def own(self, folder: Path | None) -> Any:
        """The processor that came with some weights."""
        from transformers import AutoProcessor

        return AutoProcessor.from_pretrained(folder, local_files_only=True, trust_remote_code=False)


def class_token_first(like: Tensor) -> Tokens:
    """The tokens of a vision tower that hands on its first row; `like` is any tensor [samples, ...]."""
    import torch

    return Tokens(None, torch.zeros(len(like), dtype=torch.long, device=like.device))


class HFPairModel(VisionLanguageModel):
    """A loaded model that sees pairs."""

    recalls: ClassVar[bool] = True

    def __init__(
        self, family: HFPairFamily, module: Any, device: torch.device, provenance: Provenance, processor: Any
    ) -> None:
        self.family = family
        self.module = module
        self.device = device
        self.provenance = provenance
        self.processor = processor
        self.task = family.task  # type: ignore[misc]
        self.matches = family.matches  # type: ignore[misc]
        self.absent = family.absent  # type: ignore[misc]

    @property
    def tokenizer(self) -> Any:
        """The tokenizer of the processor."""
        return self.processor.tokenizer

    def passes(self, images: Sequence[Image], captions: Sequence[Sequence[str]]) -> tuple[Pass, ...]:
        """One pass over all pairs."""
        pairs = [(image, text) for image, of_image in zip(images, captions, strict=True) for text in of_image]
        texts = [text for _, text in pairs]
        inputs = self.inputs([image for image, _ in pairs], texts)
        sequences = self.family.sequences(self, inputs)
        cut = self.family.cut(self, texts)
        return (Pass(lambda: self.family.forward(self.module, inputs), len(pairs), sequences, inputs, cut),)

    def inputs(self, images: Sequence[Image], captions: Sequence[str]) -> dict[str, Any]:
        """Arguments of a forward over pairs, on the device and in the number type of the module.

        Raises BadInput for a caption that spells a special token, and for what the processor refuses.
        """
        import torch

        key = self.family.key
        refuse_reserved(key, self.tokenizer, captions, getattr(self.processor, "image_token", None))
        made = prepared(key, self._made, images, captions)
        dtype = next(self.module.parameters()).dtype
        return {
            name: value.to(self.device, dtype if value.is_floating_point() else value.dtype)
            if isinstance(value, torch.Tensor)
            else value
            for name, value in made.items()
        }

    def _made(self, images: Sequence[Image], captions: Sequence[str]) -> dict[str, Any]:
        return self.family.inputs(self, images, [f"{self.family.opening}{caption}" for caption in captions])

    def output(self, images: Sequence[Image], captions: Sequence[str]) -> Output | None:
        """As the family says."""
        return self.ask(images, captions)()

    def ask(self, images: Sequence[Image], captions: Sequence[str], batch_size: int | None = None) -> Answer:
        """`output`, of inputs that are prepared once."""
        del batch_size
        if not self.task:
            return lambda _=None: None
        inputs = self.inputs(images, captions)
        return lambda _=None: self.family.output(self, inputs)

    def ask_after(self, images: Sequence[Image], captions: Sequence[str], others: Sequence[str]) -> Answer | None:
        """Text tokens stay at their places, and those of the other text take them, from its first again after its last.

        What is a special token, a token of the image or padding stays as it is.
        """
        import torch

        if not self.task or self.matches:
            return None
        inputs, other = self.inputs(images, captions), self.inputs(images, others)
        kinds, of_other = self.family.kinds(self, inputs) == TEXT, self.family.kinds(self, other) == TEXT
        if int(kinds.sum(dim=1).min()) < 2 or not bool(of_other.any(dim=1).all()):
            return None
        ids = inputs["input_ids"].clone()
        for row in range(len(ids)):
            given = other["input_ids"][row, of_other[row]]
            count = int(kinds[row].sum())
            ids[row, kinds[row]] = given[torch.arange(count, device=ids.device) % len(given)]
        misread = {**inputs, "input_ids": ids}

        def answer(_: str | None = None, /) -> Output | None:
            valid, right = self.family.targets(self, inputs)
            return replace(self.family.output(self, misread), valid=valid, labels=right)

        return answer

    @property
    def hidden_word(self) -> str:
        """A writer is asked for the tokens of a caption, so that they are replaced; others are given fewer words."""
        return (
            super().hidden_word if self.matches else f"replaced by {blank_token(self.tokenizer)[1]!r}, token by token"
        )

    def ask_without(
        self, images: Sequence[Image], captions: Sequence[str], hidden: Sequence[Collection[int]]
    ) -> Answer | None:
        """In a writer, tokens stay at their places, and those of hidden words are replaced by one that says nothing.

        None where the tokenizer does not tell which tokens are of a word, or they are not the last ones of the text.
        """
        if not self.task:
            return None
        if self.matches:
            return super().ask_without(images, captions, hidden)
        inputs = self.inputs(images, captions)
        kinds, ids = self.family.kinds(self, inputs) == TEXT, inputs["input_ids"].clone()
        for row, (caption, words) in enumerate(zip(captions, hidden, strict=True)):
            tokens = tokens_by_word(self.tokenizer, self.family.opening, caption)
            at = kinds[row].nonzero().flatten()
            if tokens is None or not 0 < len(tokens) <= len(at):
                return None
            at = at[-len(tokens) :]
            if ids[row, at].tolist() != [token for token, _ in tokens]:
                return None
            for position, (_, word) in zip(at.tolist(), tokens, strict=True):
                if word in words:
                    ids[row, position] = blank_token(self.tokenizer)[0]
        masked = {**inputs, "input_ids": ids}

        def answer(_: str | None = None, /) -> Output | None:
            valid, right = self.family.targets(self, inputs)
            return replace(self.family.output(self, masked), valid=valid, labels=right)

        return answer

    def place(self, site: str) -> Place:
        """By the family's patterns. Raises KeyError for a site that none of them knows."""
        for pattern, place in self.family.places:
            if found := re.search(pattern, site):
                return replace(place, gate=found.expand(place.gate))
        raise KeyError(site)
