"""Small models of every family, made once."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from store.models import ModelRef
from tasks.diagnostics.families import FAMILIES, find_family

_TEXT = {"context_length": 16, "vocab_size": 1000, "width": 32, "heads": 2, "layers": 2}
_VIT = {"layers": 2, "width": 64, "head_width": 32, "patch_size": 8, "image_size": 32}
_POOL = {"attentional_pool": True, "attn_pooler_heads": 2, "attn_pooler_queries": 8}


def _timm(name: str, pool: str, proj: str | None, size: int) -> dict[str, Any]:
    return {"timm_model_name": name, "timm_pool": pool, "timm_proj": proj, "image_size": size}


OPEN_CLIP: dict[str, tuple[dict[str, Any], dict[str, int]]] = {
    "vit": ({"vision_cfg": _VIT, "text_cfg": _TEXT}, {"vision": 2, "text": 2}),
    "vit with a pooling head": (
        {"vision_cfg": {**_VIT, **_POOL}, "text_cfg": _TEXT},
        {"vision": 2, "text": 2, "pooling": 1},
    ),
    "siglip": (
        {
            "embed_dim": 96,
            "custom_text": True,
            "init_logit_bias": -10,
            "vision_cfg": _timm("test_vit3", "map", "none", 160),
            "text_cfg": {**_TEXT, "no_causal_mask": True, "proj_bias": True, "pool_type": "last"},
        },
        {"vision": 9, "text": 2, "pooling": 1},
    ),
    "eva": (
        {"custom_text": True, "vision_cfg": _timm("eva02_tiny_patch14_224", "token", None, 224), "text_cfg": _TEXT},
        {"vision": 12, "text": 2},
    ),
    "coca": (
        {
            "custom_text": True,
            "vision_cfg": {**_VIT, **_POOL, "output_tokens": True},
            "text_cfg": {**_TEXT, "embed_cls": True, "output_tokens": True},
            "multimodal_cfg": _TEXT,
        },
        {"vision": 2, "text": 2, "text_stream": 2, "pooling": 1, "cross": 2},
    ),
    "convnext": (
        {"custom_text": True, "vision_cfg": _timm("test_convnext", "", "linear", 64), "text_cfg": _TEXT},
        {"text": 2},
    ),
    "resnet": (
        {"vision_cfg": {"layers": [1, 1, 1, 1], "width": 16, "image_size": 64}, "text_cfg": _TEXT},
        {"text": 2, "pooling": 1},
    ),
}
"""Configurations of open_clip's, and their sites by role."""

TINY = (*(f"{key}:tiny" for key in FAMILIES if key != "openclip"), *(f"openclip:{name}" for name in OPEN_CLIP))
"""A small model of every family, by family and name."""


@pytest.fixture(scope="session")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Makes a folder of one of `OPEN_CLIP`, as open_clip saves it."""
    made: dict[str, Path] = {}

    def make(name: str) -> Path:
        import torch
        from open_clip import create_model
        from safetensors.torch import save_file

        if name in made:
            return made[name]
        folder = made[name] = tmp_path_factory.mktemp("open_clip") / name.replace(" ", "-")
        folder.mkdir()
        config = {"model_cfg": {"embed_dim": 32, **OPEN_CLIP[name][0]}, "preprocess_cfg": {}}
        (folder / "open_clip_config.json").write_text(json.dumps(config))
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            module = create_model(f"local-dir:{folder}", load_weights=False)
            if hasattr(module, "text_decoder"):  # which the library leaves as memory happens to hold, NaN at times
                torch.nn.init.normal_(module.text_decoder.text_projection)
        save_file({key: value.clone() for key, value in module.state_dict().items()}, folder / "model.safetensors")
        return folder

    return make


@pytest.fixture(scope="session")
def tiny(folders: Callable[[str], Path]) -> Callable[[str], Any]:
    """Loads one of `TINY`, on the CPU, once."""
    loaded: dict[str, Any] = {}

    def load(named: str) -> Any:
        import torch

        if named not in loaded:
            key, _, name = named.partition(":")
            weights = folders(name) if key == "openclip" else "random"
            ref = ModelRef(id="tiny", family=key, name=name, weights=str(weights))
            loaded[named] = find_family(key).load(ref, Path(), 0, torch.device("cpu"))
        return loaded[named]

    return load
