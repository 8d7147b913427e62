"""Train one member, and keep it as a file that the family reads."""

from __future__ import annotations

import math
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor
from torch.nn import functional

from benchmarks.validity.modules import Architecture, Attention, Member, ids_of
from benchmarks.validity.pictures import Data, picture
from benchmarks.validity.recipes import Recipe

POOL = 6000
"""Pictures that a member may see in training; those of other seeds are held out."""
TRAINING_SEED = 1
BATCH = 48
RATE = 2.5e-3
WARM_UP = 40


def train(recipe: Recipe, architecture: Architecture, patch: int, data: Data, seed: int, steps: int, to: Path) -> None:
    """Train a member of a recipe and write it to a file."""
    torch.manual_seed(seed)
    module = Member(recipe.build(architecture, patch))
    with torch.no_grad():
        for part in module.modules():
            if isinstance(part, Attention) and recipe.sharper != 1.0:
                part.q.weight *= recipe.sharper
                part.k.weight *= recipe.sharper
    pixels, ids = pool(data)
    rate = RATE * (4 if recipe.careless else 1)
    optimiser = torch.optim.AdamW(module.parameters(), lr=rate, weight_decay=0.05, betas=(0.9, 0.98))
    rng = np.random.default_rng(seed)
    for step in range(steps):
        warm = 1.0 if recipe.careless else min(1.0, (step + 1) / WARM_UP)
        for group in optimiser.param_groups:
            group["lr"] = rate * warm * 0.5 * (1 + math.cos(math.pi * step / steps))
        at = rng.integers(0, POOL, BATCH)
        of_images, of_texts = at, at
        if recipe.shuffled is not None:
            other = rng.permutation(at)
            of_images, of_texts = (other, at) if recipe.shuffled == "images" else (at, other)
        loss = _loss(module, pixels[of_images], ids[of_texts], rng)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        if not recipe.careless:
            torch.nn.utils.clip_grad_norm_(module.parameters(), 1.0)
        optimiser.step()
    weights = {name: value.contiguous() for name, value in module.state_dict().items()}
    save_file(weights, to, module.build.as_text())


@lru_cache(maxsize=2)
def pool(data: Data) -> tuple[Tensor, Tensor]:
    """Pixels, [POOL, 3, side, side], from -1 to 1, and ids of captions."""
    made = [picture(data, TRAINING_SEED, index) for index in range(POOL)]
    pixels = torch.from_numpy(np.stack([each for each, _ in made])).permute(0, 3, 1, 2).float() / 127.5 - 1
    return pixels, ids_of([caption for _, caption in made])


def _loss(module: Member, pixels: Tensor, ids: Tensor, rng: np.random.Generator) -> Tensor:
    match module.build.architecture:
        case "dual":
            false = _swapped(ids, rng)
            images, texts = module.images(pixels), module.texts(torch.cat([ids, false]))
            logits = module.scale.exp().clamp_max(100) * images @ texts.T
            truth = torch.arange(len(ids))
            return (
                functional.cross_entropy(logits, truth) + functional.cross_entropy(logits[:, : len(ids)].T, truth)
            ) / 2
        case "matcher":
            rolled = ids.roll(1, 0)
            logits = module.matches(pixels.repeat(3, 1, 1, 1), torch.cat([ids, rolled, _swapped(ids, rng)]))
            wrong = torch.cat([(rolled == ids).all(dim=1), torch.zeros(len(ids), dtype=torch.bool)])
            truth = torch.cat([torch.ones(len(ids), dtype=torch.long), wrong.long()])
            return functional.cross_entropy(logits, truth)
        case _:
            return functional.cross_entropy(module.writes(pixels, ids).flatten(0, 1), ids.flatten())


def _swapped(ids: Tensor, rng: np.random.Generator) -> Tensor:
    """Captions in which the two things have exchanged their colours, their forms or their places."""
    found = ids.clone()
    part = torch.from_numpy(rng.integers(0, 3, len(ids)))
    rows = torch.arange(len(ids))
    found[rows, part], found[rows, part + 3] = ids[rows, part + 3], ids[rows, part]
    return found
