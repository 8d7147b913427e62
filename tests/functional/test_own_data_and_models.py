"""A user's own images and a user's own models, from local paths, through the same commands as everybody's."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

IMAGES = 32

CONFIG = {
    "embed_dim": 32,
    "vision_cfg": {"image_size": 32, "layers": 2, "width": 32, "head_width": 16, "patch_size": 8},
    "text_cfg": {"context_length": 24, "vocab_size": 49408, "width": 32, "heads": 2, "layers": 2},
}


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A COCO folder as people have them: JPEGs of different shapes, ids with gaps, captions of different lengths."""
    folder = tmp_path_factory.mktemp("photos")
    (folder / "val2017").mkdir()
    images, annotations = [], []
    for i in range(IMAGES):
        image = Image.new("RGB", (60 + i, 50), (i * 7 % 256, 90, 120))
        ImageDraw.Draw(image).ellipse([5, 5, 30 + i % 9, 40], fill=(200, i * 5 % 256, 30))
        name = f"{i * 139:012d}.jpg"
        image.save(folder / "val2017" / name)
        images.append({"id": i * 139, "file_name": name, "width": 60 + i, "height": 50, "license": 1})
        for j in range(5):
            caption = " ".join(["a", "round", "thing", "on", "a", "plain", "wall"][: 3 + (i + j) % 5])
            annotations.append({"id": 1000 + 5 * i + j, "image_id": i * 139, "caption": caption})
    data = {"info": {}, "licenses": [], "images": images, "annotations": annotations[::-1]}
    (folder / "captions_val2017.json").write_text(json.dumps(data))
    return folder


@pytest.fixture(scope="module")
def own_openclip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as open_clip saves it: configuration and safetensors."""
    import open_clip
    import torch
    from safetensors.torch import save_file

    folder = tmp_path_factory.mktemp("own-openclip")
    torch.manual_seed(3)
    model = open_clip.CLIP(**{key: CONFIG[key] for key in ("embed_dim", "vision_cfg", "text_cfg")})
    save_file(
        {key: value.contiguous() for key, value in model.state_dict().items()}, folder / "open_clip_model.safetensors"
    )
    (folder / "open_clip_config.json").write_text(json.dumps({"model_cfg": CONFIG, "preprocess_cfg": {}}))
    return folder


@pytest.fixture(scope="module")
def own_siglip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as transformers saves it."""
    from transformers import SiglipConfig, SiglipModel

    folder = tmp_path_factory.mktemp("own-siglip")
    tower = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2}
    config = SiglipConfig(
        text_config={**tower, "vocab_size": 500, "max_position_embeddings": 16},
        vision_config={**tower, "image_size": 32, "patch_size": 8},
    )
    SiglipModel(config).save_pretrained(folder)
    return folder


def test_a_folder_of_photos_checks_out(photos: Path, gonogo) -> None:
    said = gonogo("data", "check", photos, "--captions", 5, "--json")
    assert said.code == 0
    assert said.json["n"] == IMAGES
    assert len(said.json["digest"]) == 64


@pytest.mark.slow
def test_own_models_are_diagnosed_on_own_photos(photos: Path, own_openclip: Path, own_siglip: Path, gonogo) -> None:
    for model, sites in ((f"openclip:mine@{own_openclip}", 4), (f"siglip:mine@{own_siglip}", 5)):
        said = gonogo("diagnose", model, "--data", photos, "--n", IMAGES, "--json")
        assert said.code == 0, said.err
        found = said.json
        assert (found["schema"], found["model"], found["n"]) == ("gonogo.diagnose/3", model, IMAGES)
        assert "untrained" not in found["weights"]
        assert len(found["sites"]) == sites
        assert {"name", "role", "layer", "heads", "entropy", "entropy_norm", "mass"} <= set(found["sites"][0])
        assert 0 < found["summary"]["mcs_norm"] < 1
        assert found["verdict"] in ("harmful", "harmless", "undecided")
        assert found["latency_s"] > 0
        assert found["peak_bytes"] > 0


@pytest.mark.slow
def test_a_study_of_own_models_and_photos_runs_like_any_other(
    tmp_path: Path, photos: Path, own_openclip: Path, own_siglip: Path, gonogo
) -> None:
    (tmp_path / "study.toml").write_text(
        f"""
[study]
name = "own"
question = "Does attention collapse in our models?"
claim = "It does"
[[models]]
id = "ours-a"
family = "openclip"
name = "mine"
weights = "{own_openclip}"
[[models]]
id = "ours-b"
family = "siglip"
name = "mine"
weights = "{own_siglip}"
[data]
source = "coco"
images = "{photos / "val2017"}"
annotations = "{photos / "captions_val2017.json"}"
n = {IMAGES}
captions_per_image = 5
[decision]
threshold = 0.7
at_least = 1
"""
    )
    said = gonogo("run", "-w", tmp_path)
    assert said.code == 0, said.err
    assert gonogo("verify", "-w", tmp_path).code == 0
    text = (tmp_path / "reports/cycle-001/cycle-report.md").read_text()
    assert "SHA-256" in text, "local weights are named by their digest"
    assert "Every model is untrained" not in text


def test_generated_data_can_be_written_and_read_back_as_coco(tmp_path: Path, gonogo) -> None:
    folder = tmp_path / "shapes"
    made = gonogo("data", "shapes", folder, "--n", 6, "--seed", 3)
    assert (made.code, made.out.strip()) == (0, str(folder))
    assert gonogo("data", "check", folder, "--captions", 5).code == 0
    said = gonogo("diagnose", "clip:tiny@random", "--data", folder, "--n", 6, "--json")
    assert said.json["verdict"] == "undecided", "six images are too few"
