"""A fusion model of one's own in plain PyTorch, and the family that lets it be measured."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

import numpy as np
import torch
from PIL.Image import Image
from torch import Tensor, nn

from store.errors import BadInput
from store.models import ModelRef
from tasks.diagnostics.families.family import unknown
from tasks.diagnostics.families.model import (
    PADDING,
    SPECIAL,
    TEXT,
    Output,
    Pass,
    Place,
    Provenance,
    Tokens,
    VisionLanguageModel,
)
from tasks.diagnostics.families.weights import RANDOM, check_finite, file_sha256, loading, local_path, seeded

WIDTH, HEADS, LAYERS = 32, 2, 2
SIDE, PATCH = 64, 16
LENGTH = 64
PAD, START, FIRST_BYTE = 0, 1, 2


class Layer(nn.Module):
    """Text attends to text, then through a gate to the image, then to itself alone."""

    def __init__(self) -> None:
        super().__init__()
        self.text = nn.MultiheadAttention(WIDTH, HEADS, batch_first=True)
        self.cross = nn.MultiheadAttention(WIDTH, HEADS, batch_first=True)
        self.gate = nn.Parameter(torch.ones(1))
        self.feed = nn.Sequential(nn.Linear(WIDTH, 2 * WIDTH), nn.GELU(), nn.Linear(2 * WIDTH, WIDTH))
        self.norms = nn.ModuleList(nn.LayerNorm(WIDTH) for _ in range(3))

    def forward(self, x: Tensor, patches: Tensor, padding: Tensor) -> Tensor:
        """[samples, length, width] to the same."""
        q = self.norms[0](x)
        x = x + self.text(q, q, q, key_padding_mask=padding, need_weights=False)[0]
        x = x + self.gate.tanh() * self.cross(self.norms[1](x), patches, patches, need_weights=False)[0]
        fed: Tensor = self.feed(self.norms[2](x))
        return x + fed


class Net(nn.Module):
    """A tower for images, and one for texts whose layers also look at the image, to say whether the text is its own."""

    def __init__(self) -> None:
        super().__init__()
        self.patches = nn.Conv2d(3, WIDTH, PATCH, PATCH)
        self.places = nn.Parameter(0.02 * torch.randn((SIDE // PATCH) ** 2, WIDTH))
        layer = nn.TransformerEncoderLayer(WIDTH, HEADS, 2 * WIDTH, 0.0, batch_first=True, norm_first=True)
        self.vision = nn.TransformerEncoder(layer, LAYERS, enable_nested_tensor=False)
        self.words = nn.Embedding(FIRST_BYTE + 256, WIDTH)
        self.order = nn.Parameter(0.02 * torch.randn(LENGTH, WIDTH))
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))
        self.head = nn.Linear(WIDTH, 2)

    def forward(self, pixels: Tensor, ids: Tensor) -> Tensor:
        """Logits of `no` and `yes`, [samples, 2], read from the first token."""
        patches = self.vision(self.patches(pixels).flatten(2).transpose(1, 2) + self.places)
        x = self.words(ids) + self.order[: ids.shape[1]]
        for layer in self.layers:
            x = layer(x, patches, ids == PAD)
        logits: Tensor = self.head(x[:, 0])
        return logits


class Model(VisionLanguageModel):
    """What gonogo asks of a loaded model: passes, the place of each attention site, and an output."""

    task: ClassVar[str] = "whether the caption belongs to the image"

    def __init__(self, module: Net, device: torch.device, provenance: Provenance) -> None:
        self.module, self.device, self.provenance = module, device, provenance
        self.fresh = build

    def pixels(self, images: Sequence[Image]) -> Tensor:
        """[images, 3, SIDE, SIDE], from -1 to 1."""
        arrays = [np.asarray(image.convert("RGB").resize((SIDE, SIDE)), dtype=np.float32) for image in images]
        return (torch.from_numpy(np.stack(arrays)).permute(0, 3, 1, 2) / 127.5 - 1).to(self.device)

    def ids(self, captions: Sequence[str]) -> Tensor:
        """[captions, length]: a start token and the bytes of the caption, cut at LENGTH, then padding."""
        rows = [[START, *(FIRST_BYTE + byte for byte in caption.encode())][:LENGTH] for caption in captions]
        longest = max(map(len, rows))
        return torch.tensor([row + [PAD] * (longest - len(row)) for row in rows], device=self.device)

    def passes(self, images: Sequence[Image], captions: Sequence[Sequence[str]]) -> tuple[Pass, ...]:
        """One pass over all pairs. `text` says what stands at each position, and that row 0 is read out."""
        texts = [text for of_image in captions for text in of_image]
        pixels = self.pixels([image for image, of_image in zip(images, captions, strict=True) for _ in of_image])
        ids = self.ids(texts)
        kinds = torch.full_like(ids, TEXT).masked_fill(ids == START, SPECIAL).masked_fill(ids == PAD, PADDING)
        first = torch.zeros(len(ids), dtype=torch.long, device=self.device)
        inputs = {"pixels": pixels, "ids": ids}
        cut = sum(len(text.encode()) >= LENGTH for text in texts)
        return (Pass(lambda: self.module(pixels, ids), len(ids), {"text": Tokens(kinds, first)}, inputs, cut),)

    def place(self, site: str) -> Place:
        """By the names of the modules; the image's keys are all of one kind, so they need no sequence."""
        if site.startswith("vision."):
            return Place("vision")
        if site.endswith(".cross"):
            return Place("cross", "text", "", site.replace(".cross", ".gate"))
        if site.endswith(".text"):
            return Place("text", "text")
        raise KeyError(site)

    def output(self, images: Sequence[Image], captions: Sequence[str]) -> Output:
        """[samples, 1, 2]; each caption is its image's own, so the right class is 1."""
        logits = self.module(self.pixels(images), self.ids(captions))[:, None]
        yes = torch.ones(logits.shape[:2], dtype=torch.long, device=self.device)
        return Output(logits, yes.bool(), yes)


def build(seed: int) -> Net:
    """A module with the random weights of a seed."""
    with seeded(seed):
        return Net()


class V2:
    """The family: `my_model.V2:base@random`, or `my_model.V2:base@weights.safetensors`."""

    packages: ClassVar[tuple[str, ...]] = ("torch",)

    def names(self) -> tuple[str, ...]:
        """The one architecture."""
        return ("base",)

    def check(self, ref: ModelRef, workspace: Path) -> None:
        """The name must be known; weights are a file."""
        if ref.name not in self.names():
            raise unknown("architecture", ref.name, self.names())
        if not ref.untrained and local_path(ref, workspace) is None:
            raise BadInput(f"model {ref.locator}: there is no such file; give a .safetensors file, or random")

    def load(self, ref: ModelRef, workspace: Path, seed: int, device: torch.device) -> Model:
        """In float32 and eval mode."""
        self.check(ref, workspace)
        module, weights = build(seed), RANDOM
        path = None if ref.untrained else local_path(ref, workspace)
        if path is not None:
            from safetensors.torch import load_file

            with loading(ref, path):
                module.load_state_dict(load_file(path))
            weights = f"{path.name}, SHA-256 {file_sha256(path)}"
        check_finite(module, ref)
        return Model(module.eval().to(device), device, Provenance(weights, "my_model.py", "bytes"))
