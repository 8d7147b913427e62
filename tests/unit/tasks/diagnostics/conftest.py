"""Small data and small models, made once."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from store.models import DataRef, ModelRef
from tasks.diagnostics.datasets import shapes

OPEN_CLIP_TINY = {
    "embed_dim": 32,
    "vision_cfg": {"layers": 2, "width": 64, "head_width": 32, "patch_size": 8, "image_size": 32},
    "text_cfg": {"context_length": 32, "vocab_size": 1000, "width": 64, "heads": 2, "layers": 3},
}

MakeCoco = Callable[..., tuple[Path, Path]]


@pytest.fixture(scope="session")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with 40 images of shapes."""
    root = tmp_path_factory.mktemp("workspace")
    shapes.ensure(root / "data" / "shapes-0", seed=0, n=40, captions_per_image=5)
    return root


@pytest.fixture(scope="session")
def few() -> DataRef:
    return DataRef(source="shapes", n=4, captions_per_image=3)


@pytest.fixture
def make_coco(tmp_path: Path) -> MakeCoco:
    """Write a COCO captions folder; `change` may spoil the document before it is written."""

    def make(n: int = 3, captions: int = 2, change: Callable[[dict[str, Any]], object] | None = None) -> Any:
        from PIL import Image

        images, annotations = tmp_path / "images", tmp_path / "captions_val.json"
        images.mkdir(exist_ok=True)
        document: dict[str, Any] = {"images": [], "annotations": []}
        for image_id in range(10, 10 + n):
            pixels = np.random.default_rng(image_id).integers(0, 255, (24, 32, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(images / f"{image_id}.jpg")
            document["images"].append({"id": image_id, "file_name": f"{image_id}.jpg"})
            for j in range(captions):
                caption = {
                    "id": 100 * image_id + j,
                    "image_id": image_id,
                    "caption": f"caption {j} of image {image_id}",
                }
                document["annotations"].append(caption)
        if change is not None:
            change(document)
        annotations.write_text(json.dumps(document))
        return images, annotations

    return make


@pytest.fixture(scope="session")
def open_clip_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as open_clip saves it, with two layers of vision and three of text."""
    import torch
    from open_clip.model import CLIP
    from safetensors.torch import save_file

    folder = tmp_path_factory.mktemp("open_clip_tiny")
    (folder / "open_clip_config.json").write_text(json.dumps({"model_cfg": OPEN_CLIP_TINY, "preprocess_cfg": {}}))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        save_file(CLIP(**OPEN_CLIP_TINY).state_dict(), folder / "open_clip_model.safetensors")  # type: ignore[arg-type]
    return folder


@pytest.fixture(scope="session")
def clip_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as `save_pretrained` leaves it, without tokenizer or image processor."""
    folder = tmp_path_factory.mktemp("clip_tiny")
    load("clip:tiny@random", folder).module.save_pretrained(folder)
    return folder


def load(locator: str, workspace: Path, seed: int = 0) -> Any:
    import torch

    from tasks.diagnostics.families import find_family

    ref = ModelRef.parse(locator)
    return find_family(ref.family).load(ref, workspace, seed, torch.device("cpu"))


@pytest.fixture(scope="session")
def load_model() -> Callable[..., Any]:
    """Load a model on the CPU: (locator, workspace, seed) -> DualEncoder."""
    return load
