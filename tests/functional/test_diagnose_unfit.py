"""`gonogo diagnose` of what it cannot take, or not wholly: one line that names it, and no word is left out."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

from .conftest import Gonogo

QUICK = ("--n", 2, "--captions", 1, "--nulls", 0, "--influence", "none")
EXAMPLE = Path(__file__).parents[2] / "examples" / "own_model" / "my_model.py"

LAB = '''
import torch

from tasks.diagnostics.families.clip import Clip


class SelfAttention(torch.nn.Module):
    """Attention by hand, that no function of PyTorch tells of."""

    def forward(self, hidden_states, **_):
        scores = (hidden_states @ hidden_states.mT).exp()
        return (scores / scores.sum(-1, keepdim=True)) @ hidden_states, None


class ByHand(Clip):
    def build(self, config, seed):
        module = super().build(config, seed)
        module.vision_model.encoder.layers[1].self_attn = SelfAttention()
        return module
'''

Photos = Callable[..., Path]


@pytest.fixture
def photos(tmp_path: Path) -> Photos:
    """Writes a COCO folder of two images."""

    def write(caption: str = "a red circle", size: tuple[int, int] = (48, 40)) -> Path:
        folder = tmp_path / "photos"
        (folder / "images").mkdir(parents=True)
        for i, each in enumerate([(48, 40), size]):
            Image.new("RGB", each, (80 * i, 20, 90)).save(folder / f"images/{i}.png")
        captions = [{"id": i, "image_id": i, "caption": text} for i, text in enumerate(["a star", caption])]
        images = [{"id": i, "file_name": f"{i}.png"} for i in range(2)]
        (folder / "captions_val.json").write_text(json.dumps({"images": images, "annotations": captions}))
        return folder

    return write


@pytest.fixture(autouse=True)
def fresh_modules() -> Iterator[None]:
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        if name.startswith("lab_"):
            del sys.modules[name]


def one_line(said: object, *words: str) -> None:
    code, out, err = said.code, said.out, said.err  # type: ignore[attr-defined]
    assert (code, out, err.count("\n")) == (2, "", 1), err
    assert err.startswith("gonogo: ")
    for word in words:
        assert word in err, err


def test_attention_that_is_not_seen_is_named(gonogo: Gonogo, tmp_path: Path) -> None:
    (tmp_path / "lab_by_hand.py").write_text(LAB)
    shown = gonogo("diagnose", "lab_by_hand.ByHand:tiny@random", "-w", tmp_path, *QUICK)
    assert shown.code == 0, shown.err
    assert "3 of 4 attention sites" in shown.out
    assert "attention that is not seen: vision_model.encoder.layers.1.self_attn\n" in shown.out
    whole = gonogo("diagnose", "clip:tiny@random", *QUICK)
    assert "not seen" not in whole.out


def test_attention_that_is_not_seen_leaves_the_verdict_open(gonogo: Gonogo, tmp_path: Path) -> None:
    (tmp_path / "lab_unseen.py").write_text(LAB)
    enough = ("--n", 30, "--captions", 1, "--nulls", 4, "--influence", "none", "--json")
    found = gonogo("diagnose", "lab_unseen.ByHand:tiny@random", "-w", tmp_path, *enough).json
    assert (found["sites_complete"], found["blind"]) == (False, ["vision_model.encoder.layers.1.self_attn"])
    assert found["entropy_loss"] == "inconclusive"
    assert "The attention of vision_model.encoder.layers.1.self_attn was not seen." in found["entropy_loss_reason"]


def test_captions_that_are_cut_are_counted(gonogo: Gonogo, photos: Photos) -> None:
    folder = photos(caption="star " * 100)
    shown = gonogo("diagnose", "clip:tiny@random", "--data", folder, *QUICK)
    assert "1 of 2 captions are longer than the model's context, and only their beginning was measured" in shown.out
    assert gonogo("diagnose", "blip:tiny@random", "--data", folder, *QUICK, "--json").json["captions_cut"] == 1
    one_line(gonogo("diagnose", "blip-2:tiny@random", "--data", folder, *QUICK), "the model has room for 128; give sh")


@pytest.mark.parametrize("family", ["blip-2", "instructblip", "llava"])
def test_a_caption_with_the_token_of_an_image_is_one_line(gonogo: Gonogo, photos: Photos, family: str) -> None:
    folder = photos(caption="an <image> of a star")
    said = gonogo("diagnose", f"{family}:tiny@random", "--data", folder, *QUICK)
    one_line(said, "the caption 'an <image> of a star' spells the model's own token '<image>'; take it out")


@pytest.mark.parametrize("family", ["vilt", "bridgetower"])
def test_an_image_that_is_too_narrow_is_one_line(gonogo: Gonogo, photos: Photos, family: str) -> None:
    said = gonogo("diagnose", f"{family}:tiny@random", "--data", photos(size=(2000, 1)), *QUICK)
    one_line(said, f"{family}: its processor refuses an image of 2000 x 1 pixels", "take it out")


@pytest.mark.parametrize(
    ("does", "said"),
    [
        ("raise KeyError(site)", "has no place; let its place() give it one"),
        ('return Place("visoin")', "unknown role 'visoin'; did you mean vision"),
    ],
)
def test_a_site_of_a_model_of_ones_own_that_is_placed_wrong_is_one_line(
    gonogo: Gonogo, tmp_path: Path, does: str, said: str
) -> None:
    name = "told_no_place" if "raise" in does else "told_misspelt"
    (tmp_path / f"{name}.py").write_text(EXAMPLE.read_text().replace('return Place("vision")', does))
    one_line(gonogo("diagnose", f"{name}.V2:base@random", "-w", tmp_path, *QUICK), "vision.layers.0.self_attn", said)


@pytest.mark.slow
def test_a_pickle_is_refused_in_one_line_and_nothing_else_is_printed(tmp_path: Path) -> None:
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "config.json").write_text(json.dumps({"model_type": "clip"}))
    (tmp_path / "raw" / "pytorch_model.bin").write_bytes(pickle.dumps({"a": Path("/")}, protocol=4))
    command = [sys.executable, "-m", "orchestrator.cli", "diagnose", "clip:mine@raw", "-w", str(tmp_path), "--n", "2"]
    said = subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2])
    assert (said.returncode, said.stdout, said.stderr.count("\n")) == (2, "", 1), said.stderr
    assert "it holds pickled objects, which could run code and are refused" in said.stderr
