"""Families from elsewhere: a model of one's own is measured like any other, and what is wrong with one is said."""

from __future__ import annotations

import sys
from collections import Counter
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path
from typing import Any

import pytest

from store.errors import BadInput
from store.models import ModelRef
from tasks.diagnostics.families import FAMILIES, find_family, known, own

EXAMPLE = Path(__file__).parents[5] / "examples" / "own_model"
CAPTIONS = (("a red circle", "two big blue squares"), ("one star", "a photo of one small white star"))


def images(seed: int = 0) -> list[Any]:
    import numpy as np
    from PIL import Image

    draw = np.random.default_rng(seed)
    return [Image.fromarray(draw.integers(0, 255, (48, 40, 3), dtype=np.uint8)) for _ in range(2)]


def load(locator: str, workspace: Path = EXAMPLE, seed: int = 0) -> Any:
    import torch

    ref = ModelRef.parse(locator)
    return find_family(ref.family, EXAMPLE).load(ref, workspace, seed, torch.device("cpu"))


def test_a_model_of_ones_own_is_seen_and_placed_site_by_site() -> None:
    import torch

    from tasks.diagnostics.attention.entropy import measure
    from tasks.diagnostics.attention.tap import AttentionTap

    model = load("my_model.V2:base@random")
    (work,) = model.passes(images(), CAPTIONS)
    kinds = work.sequences["text"].kinds
    lengths = Counter[str]()

    def sink(call: Any) -> None:
        place = model.place(call.site)
        lengths[place.role] += 1
        rows = measure(call, work.samples).entropy
        assert rows.shape[0] == work.samples == 4
        assert rows.shape[-1] == (kinds.shape[1] if place.queries else 16)
        if place.gate:
            assert model.module.get_parameter(place.gate).numel() == 1

    with torch.inference_mode():
        plain = model.output(images(), [of_image[0] for of_image in CAPTIONS])
        with AttentionTap(model.module, sink) as tap:
            work.run()
        with AttentionTap(model.module, lambda _: None):
            tapped = model.output(images(), [of_image[0] for of_image in CAPTIONS])
    assert lengths == {"vision": 2, "text": 2, "cross": 2}
    assert tap.blind == ()
    # nn.TransformerEncoderLayer leaves its fused path under a tap, which changes the last bits only
    torch.testing.assert_close(plain.logits, tapped.logits, rtol=0, atol=1e-5)
    assert plain.logits.shape == (2, 1, 2)


def test_a_closed_gate_keeps_the_image_out_of_a_model_of_ones_own() -> None:
    import torch

    model = load("my_model.V2:base@random")
    with torch.inference_mode():
        captions = [of_image[0] for of_image in CAPTIONS]
        opened = [model.output(images(seed), captions).logits for seed in (0, 1)]
        for layer in (0, 1):
            model.module.get_parameter(model.place(f"layers.{layer}.cross").gate).zero_()
        closed = [model.output(images(seed), captions).logits for seed in (0, 1)]
    assert not torch.equal(*opened)
    assert torch.equal(*closed)


def test_weights_of_ones_own_are_read_back_from_a_file(tmp_path: Path) -> None:
    import torch
    from safetensors.torch import save_file

    model = load("my_model.V2:base@random", seed=5)
    save_file(model.module.state_dict(), tmp_path / "v2.safetensors")
    again = load("my_model.V2:base@v2.safetensors", tmp_path)
    state = again.module.state_dict()
    assert all(torch.equal(state[name], value) for name, value in model.module.state_dict().items())
    assert "SHA-256" in again.provenance.weights
    twin = again.reinitialised(5).module.state_dict()
    assert all(torch.equal(twin[name], value) for name, value in state.items())
    with pytest.raises(BadInput, match="there is nothing at"):
        load("my_model.V2:base@none.safetensors", tmp_path)
    with pytest.raises(BadInput, match="unknown architecture 'bse'; did you mean base"):
        load("my_model.V2:bse@random")


def test_the_study_of_the_example_names_its_class() -> None:
    from orchestrator.study.file import read_study

    (model,) = read_study(EXAMPLE / "study.toml").study.models
    assert find_family(model.family, EXAMPLE).names() == ("base",)


def test_the_workspace_is_importable_only_while_its_module_is_imported() -> None:
    before = list(sys.path)
    find_family("my_model.V2", EXAMPLE)
    assert sys.path == before


def test_a_workspace_that_is_importable_anyway_keeps_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(EXAMPLE))
    before = list(sys.path)
    find_family("my_model.V2", EXAMPLE)
    assert sys.path == before


BROKEN = {
    "lab_raises.V2": ("lab_raises.py", "1 / 0", "importing lab_raises raises ZeroDivisionError: division by zero"),
    "lab_needs.V2": ("lab_needs.py", "import not_there_at_all", "raises ModuleNotFoundError: No module named 'not_the"),
    "lab_empty.V2": ("lab_empty.py", "class V1: ...", "unknown class of module lab_empty 'V2'; did you mean V1"),
    "lab_lacks.V2": ("lab_lacks.py", "class V2:\n def names(self): ...", "no Family: it lacks packages, check, load"),
    "lab_value.V2": ("lab_value.py", "V2 = 3", "is no class"),
    "lab_makes.V2": (
        "lab_makes.py",
        "class V2:\n packages = names = check = load = ()\n def __init__(self, size): ...",
        "making one raises TypeError",
    ),
    "lab_none.V2": ("other.py", "", "there is no module 'lab_none' in"),
    "lab_package.models.V2": ("lab_package/__init__.py", "", "there is no module 'lab_package.models' in"),
    "lab package.V2": ("other.py", "", "is no dotted path; write package.module.Class"),
    "lab_itself.models": ("lab_itself/__init__.py", "from . import models", "is no class; name the class as well"),
    "json.V2": ("json.py", "class V2: ...", "hides the module of that name"),
}


@pytest.mark.parametrize("key", BROKEN)
def test_what_is_wrong_with_a_family_from_elsewhere_is_said(key: str, tmp_path: Path) -> None:
    file, text, said = BROKEN[key]
    (tmp_path / file).parent.mkdir(exist_ok=True)
    (tmp_path / file).write_text(text)
    if "itself" in key:
        (tmp_path / "lab_itself" / "models.py").write_text("")
    before = list(sys.path)
    with pytest.raises(BadInput) as caught:
        find_family(key, tmp_path)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
    assert sys.path == before


def test_an_entry_point_is_a_key_like_any_other(monkeypatch: pytest.MonkeyPatch) -> None:
    points = EntryPoints(
        (
            EntryPoint("my_lab", "tasks.diagnostics.families.clip:Clip", own.GROUP),
            EntryPoint("my_lab_broken", "tasks.diagnostics.families.clip:Clap", own.GROUP),
            EntryPoint("twice", "one:V2", own.GROUP),
            EntryPoint("twice", "two:V2", own.GROUP),
            EntryPoint("llava", "tasks.diagnostics.families.clip:Clip", own.GROUP),
        )
    )
    monkeypatch.setattr(own, "entry_points", points.select)
    assert "tiny" in find_family("my_lab").names()
    assert set(known()) == {*FAMILIES, "my_lab", "my_lab_broken", "twice"}
    assert type(find_family("llava")).__name__ == "Llava"
    with pytest.raises(BadInput, match="raises AttributeError"):
        find_family("my_lab_broken")
    with pytest.raises(BadInput, match="claimed by several installed packages"):
        find_family("twice")
    with pytest.raises(BadInput, match="unknown family 'my_lap'; did you mean my_lab"):
        find_family("my_lap")


WRONG = {
    "no pattern": ("raise KeyError(site)", "has no place; let its place() give it one"),
    "no place": ("return None", "has the place None; let its place() give a Place"),
    "a misspelt role": ('return Place("visoin")', "unknown role 'visoin'; did you mean vision"),
    "a misspelt sequence": ('return Place("vision", "txet")', "unknown sequence 'txet'; did you mean text"),
    "a misspelt gate": ('return Place("vision", "", "", "layers.0.gaet")', "its gate 'layers.0.gaet' is no parameter"),
}
"""What `place` does with a site of the image tower -> what is said of it."""


@pytest.mark.parametrize("wrong", WRONG)
def test_a_site_that_is_placed_wrong_is_named_in_one_line(wrong: str, tmp_path: Path) -> None:
    import torch

    from tasks.diagnostics.families.weights import UnusableModel
    from tasks.diagnostics.site_layout import find_layout

    does, said = WRONG[wrong]
    text = (EXAMPLE / "my_model.py").read_text()
    name = f"lab_{wrong.replace(' ', '_')}"
    (tmp_path / f"{name}.py").write_text(text.replace('return Place("vision")', does))
    model = find_family(f"{name}.V2", tmp_path).load(
        ModelRef.parse(f"{name}.V2:base@random"), tmp_path, 0, torch.device("cpu")
    )
    with pytest.raises(UnusableModel) as caught:
        find_layout(model, images(), CAPTIONS)
    assert str(caught.value).startswith("the attention at 'vision.layers.0.self_attn' of Model")
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
