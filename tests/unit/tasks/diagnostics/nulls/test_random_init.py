"""The null of random initialisation: untrained twins on the same passes, kept for the next time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

from tasks.diagnostics.layout import find_layout
from tasks.diagnostics.nulls.random_init import RandomInit, measure_random_init

Load = Callable[..., Any]
IMAGES = [Image.new("RGB", (64, 64), (60 * i, 90, 120)) for i in range(3)]
CAPTIONS = [("a red circle", "a star"), ("two shapes", "one cross"), ("a ring", "a small square")]


def null(model: Any, cache: Path | None, data: str = "these") -> RandomInit:
    layout = find_layout(model, IMAGES, CAPTIONS)
    with torch.inference_mode():
        return measure_random_init(
            model, layout, [(3, model.passes(IMAGES, CAPTIONS))], (5, 6), cache, data, lambda *_: None
        )


def test_twins_are_untrained_and_the_model_keeps_its_weights(load_model: Load, tmp_path: Path) -> None:
    model = load_model("openclip:shapes-clip@zoo", tmp_path)
    before = {name: tensor.clone() for name, tensor in model.module.state_dict().items()}
    found = null(model, None)
    assert all(torch.equal(tensor, before[name]) for name, tensor in model.module.state_dict().items())
    assert found.roles["vision"].shape == (2, 3)
    assert found.sites["visual.transformer.resblocks.0.attn"].shape == (2, 3, 3)
    assert (found.roles["vision"] > 0.95).all(), "untrained attention is nearly uniform"
    assert not np.array_equal(found.roles["vision"][0], found.roles["vision"][1])


def test_what_was_kept_is_read_again_and_other_data_are_measured_anew(load_model: Load, tmp_path: Path) -> None:
    model = load_model("clip:tiny@random", tmp_path)
    first = null(model, tmp_path / "cache")
    (kept,) = (tmp_path / "cache").iterdir()
    stamp = kept.stat().st_mtime_ns
    again = null(model, tmp_path / "cache")
    assert kept.stat().st_mtime_ns == stamp
    assert all(np.array_equal(first.roles[role], again.roles[role]) for role in first.roles)
    null(model, tmp_path / "cache", "others")
    assert len(list((tmp_path / "cache").iterdir())) == 2


def test_a_damaged_cache_is_measured_again(load_model: Load, tmp_path: Path) -> None:
    model = load_model("clip:tiny@random", tmp_path)
    first = null(model, tmp_path / "cache")
    (kept,) = (tmp_path / "cache").iterdir()
    kept.write_bytes(kept.read_bytes()[:100])
    again = null(model, tmp_path / "cache")
    assert np.array_equal(first.roles["text"], again.roles["text"])
