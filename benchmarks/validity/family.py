"""Members as gonogo loads them: `benchmarks.validity.family.Members:member@weights.safetensors`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

import numpy as np
import torch
from PIL.Image import Image
from safetensors import safe_open
from torch import Tensor

from benchmarks.validity.modules import Build, Member, ids_of
from store.errors import BadInput
from store.models import ModelRef
from tasks.diagnostics.families.dual import DualEncoder, Texts
from tasks.diagnostics.families.model import (
    IMAGE,
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
from tasks.diagnostics.families.weights import file_sha256, seeded


class Members:
    """The one family of all members."""

    packages: ClassVar[tuple[str, ...]] = ("torch", "safetensors")

    def names(self) -> tuple[str, ...]:
        """One name: the file of the weights says how they are to be built."""
        return ("member",)

    def check(self, ref: ModelRef, workspace: Path) -> None:
        """Weights are a file that a training of this benchmark wrote."""
        if not (workspace / ref.weights).is_file():
            raise BadInput(f"model {ref.locator}: there is no such file")

    def load(self, ref: ModelRef, workspace: Path, seed: int, device: torch.device) -> VisionLanguageModel:
        """In float32 and eval mode."""
        del seed
        self.check(ref, workspace)
        path = workspace / ref.weights
        with safe_open(path, framework="pt") as file:
            build = Build.read(file.metadata())
            module = Member(build)
            module.load_state_dict({name: file.get_tensor(name) for name in file.keys()})  # noqa: SIM118
        provenance = Provenance(f"{path.name}, SHA-256 {file_sha256(path)}", build.architecture, "words")
        kind = {"dual": Dual, "matcher": Matcher, "writer": Writer, "captioner": Captioner}[build.architecture]
        return kind(module.eval().to(device), device, provenance)


def pixels_of(images: Sequence[Image], device: torch.device) -> Tensor:
    """[images, 3, SIDE, SIDE], from -1 to 1."""
    arrays = np.stack([np.asarray(image.convert("RGB"), dtype=np.float32) for image in images])
    return (torch.from_numpy(arrays).permute(0, 3, 1, 2) / 127.5 - 1).to(device)


class _Small(VisionLanguageModel):
    """What members share."""

    def __init__(self, module: Member, device: torch.device, provenance: Provenance) -> None:
        self.module, self.device, self.provenance = module, device, provenance
        self.fresh = lambda seed: _drawn(module.build, seed)

    def ids(self, captions: Sequence[str]) -> Tensor:
        """[captions, LENGTH]."""
        return ids_of(list(captions)).to(self.device)


def _drawn(build: Build, seed: int) -> Member:
    with seeded(seed):
        return Member(build)


class Dual(_Small, DualEncoder):
    """A dual encoder with a class token."""

    class_row = 0

    def pixels(self, images: Sequence[Image]) -> Tensor:
        """[images, 3, SIDE, SIDE]."""
        return pixels_of(images, self.device)

    def texts(self, captions: Sequence[str]) -> Texts:
        """The start token, which the tower puts before them, counts as one of the words."""
        ids = self.ids(captions)
        whole = torch.cat([torch.zeros_like(ids[:, :1]), ids], dim=1)
        return Texts(whole, None, torch.full((len(ids),), whole.shape[1] - 1, device=ids.device))

    def encode_images(self, pixels: Tensor) -> Tensor:
        """[images, width]."""
        return self.module.images(pixels)  # type: ignore[no-any-return]

    def encode_texts(self, texts: Texts) -> Tensor:
        """[captions, width]."""
        return self.module.texts(texts.ids[:, 1:])  # type: ignore[no-any-return]

    def temperature(self) -> float:
        """As it was learnt."""
        return float(self.module.scale.exp())

    def place(self, site: str) -> Place:
        """By tower."""
        return Place("vision", "image") if site.startswith("vision.") else Place("text", "text", "text")


class _Pairs(_Small):
    """A model that is shown pairs."""

    def _given(self, images: Sequence[Image], captions: Sequence[Sequence[str]]) -> tuple[Tensor, Tensor]:
        pairs = [(image, text) for image, of in zip(images, captions, strict=True) for text in of]
        return pixels_of([image for image, _ in pairs], self.device), self.ids([text for _, text in pairs])

    def output(self, images: Sequence[Image], captions: Sequence[str]) -> Output | None:
        """As `ask` prepares it."""
        return self.ask(images, captions)()


class _Crossed(_Pairs):
    """A text tower that attends to what a vision tower saw."""

    def place(self, site: str) -> Place:
        """By tower, and what is attended to."""
        if site.startswith("vision."):
            return Place("vision")
        return Place("cross") if site.endswith(".cross") else Place("text")


class Matcher(_Crossed):
    """Says whether a caption is that of an image."""

    task = "whether the caption matches the image: no or yes"
    matches = True

    def passes(self, images: Sequence[Image], captions: Sequence[Sequence[str]]) -> tuple[Pass, ...]:
        """One pass over all pairs."""
        pixels, ids = self._given(images, captions)
        return (Pass(lambda: self.module.matches(pixels, ids), len(ids), {}, {"pixels": pixels, "ids": ids}),)

    def ask(self, images: Sequence[Image], captions: Sequence[str], batch_size: int | None = None) -> Answer:
        """One position a pair; a pair is right where it matches."""
        del batch_size
        pixels, ids = pixels_of(images, self.device), self.ids(captions)

        def answer(_: str | None = None, /) -> Output:
            logits = self.module.matches(pixels, ids)[:, None]
            right = torch.ones(logits.shape[:2], dtype=torch.long, device=self.device)
            return Output(logits, right.bool(), right)

        return answer


class _Captions(_Pairs):
    """Predicts the words of a caption, given the image and the words before."""

    task = "the next token of the caption"

    def ask(self, images: Sequence[Image], captions: Sequence[str], batch_size: int | None = None) -> Answer:
        """At each word of the caption."""
        del batch_size
        return self._read(images, self.ids(captions), self.ids(captions))

    def ask_after(self, images: Sequence[Image], captions: Sequence[str], others: Sequence[str]) -> Answer:
        """Each word after the words of another caption."""
        return self._read(images, self.ids(others), self.ids(captions))

    def _read(self, images: Sequence[Image], given: Tensor, right: Tensor) -> Answer:
        pixels = pixels_of(images, self.device)

        def answer(_: str | None = None, /) -> Output:
            logits = self.module.writes(pixels, given)
            return Output(logits, torch.ones_like(right, dtype=torch.bool), right)

        return answer


class Writer(_Captions):
    """One causal sequence of image and caption."""

    def passes(self, images: Sequence[Image], captions: Sequence[Sequence[str]]) -> tuple[Pass, ...]:
        """One pass over all pairs. `joint` has the image first."""
        pixels, ids = self._given(images, captions)
        keys = self.module.places.shape[1]
        kinds = torch.full((len(ids), keys + 1 + ids.shape[1]), IMAGE, device=self.device)
        kinds[:, keys], kinds[:, keys + 1 :] = SPECIAL, TEXT
        inputs = {"pixels": pixels, "ids": ids}
        return (Pass(lambda: self.module.writes(pixels, ids), len(ids), {"joint": Tokens(kinds)}, inputs),)

    def place(self, site: str) -> Place:
        """One sequence of both."""
        del site
        return Place("fusion", "joint", "joint")


class Captioner(_Crossed, _Captions):
    """A causal text tower that attends to what a vision tower saw."""

    def passes(self, images: Sequence[Image], captions: Sequence[Sequence[str]]) -> tuple[Pass, ...]:
        """One pass over all pairs."""
        pixels, ids = self._given(images, captions)
        return (Pass(lambda: self.module.writes(pixels, ids), len(ids), {}, {"pixels": pixels, "ids": ids}),)
