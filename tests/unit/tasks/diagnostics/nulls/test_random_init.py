"""The null of random initialisation: untrained twins on the same passes, kept for the next time."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from tasks.diagnostics.nulls.random_init import RandomInit, measure_random_init
from tasks.diagnostics.site_layout import find_layout

Load = Callable[..., Any]
EXAMPLE = Path(__file__).parents[5] / "examples" / "own_model" / "my_model.py"
IMAGES = [Image.new("RGB", (64, 64), (60 * i, 90, 120)) for i in range(3)]
CAPTIONS = [("a red circle", "a star"), ("two shapes", "one cross"), ("a ring", "a small square")]


def null(
    model: Any,
    cache: Path | None,
    data: str = "these",
    libraries: Mapping[str, str] | None = None,
    seeds: Sequence[int] = (5, 6),
    rows: int | None = None,
) -> RandomInit:
    layout = find_layout(model, IMAGES, CAPTIONS)
    with torch.inference_mode():
        batches = [(3, model.passes(IMAGES, CAPTIONS))]
        return measure_random_init(model, layout, batches, seeds, cache, data, libraries or {}, lambda *_: None, rows)


def kept(*models: Any, tmp_path: Path) -> int:
    """How many nulls are kept of some models on the same data."""
    for model in models:
        null(model, tmp_path / "kept")
    return len(list((tmp_path / "kept").iterdir()))


def test_twins_are_untrained_and_the_model_keeps_its_weights(load_model: Load, tmp_path: Path) -> None:
    model = load_model("openclip:shapes-clip@zoo", tmp_path)
    before = {name: tensor.clone() for name, tensor in model.module.state_dict().items()}
    found = null(model, None)
    assert all(torch.equal(tensor, before[name]) for name, tensor in model.module.state_dict().items())
    assert found.roles["vision"].shape == (2, 3)
    assert found.sites["visual.transformer.resblocks.0.attn"].shape == (2, 3, 3)
    assert (found.roles["vision"] > 0.95).all(), "untrained attention is nearly uniform"
    assert not np.array_equal(found.roles["vision"][0], found.roles["vision"][1])


def state(model: Any) -> dict[str, torch.Tensor]:
    return {name: tensor.clone() for name, tensor in model.module.state_dict().items()}


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("fails", [False, True])
def test_the_model_is_back_bit_for_bit_whatever_happens_to_its_twin(
    dtype: torch.dtype, fails: bool, load_model: Load, tmp_path: Path
) -> None:
    model = load_model("openclip:shapes-clip@zoo", tmp_path)
    model.module.to(dtype)
    own, before, places = model.module, state(model), [each.data_ptr() for each in model.module.parameters()]
    with torch.inference_mode(), pytest.raises(KeyError) if fails else nullcontext(), model.untrained(5):
        twin = model.module
        assert {each.dtype for each in twin.parameters()} == {dtype}
        assert not torch.equal(next(iter(twin.parameters())), next(iter(own.parameters())))
        if fails:
            raise KeyError
    assert model.module is own
    assert [each.data_ptr() for each in own.parameters()] == places, "a CPU makes no copies"
    assert all(torch.equal(tensor, before[name]) for name, tensor in state(model).items())
    assert {each.device.type for each in twin.parameters()} == {"meta"}, "nothing is kept of the twin"
    assert all(not each.is_inference() for each in own.parameters())


def test_a_device_holds_the_model_or_its_twin_and_never_both(load_model: Load, tmp_path: Path) -> None:
    """The device is one that has no memory, so that nothing comes back from it; where each is, and when, is seen."""
    model = load_model("clip:tiny@random", tmp_path)
    own, moves, to = model.module, [], model.module.to
    own.to = lambda device: moves.append((str(device), model.module is own)) or to(device)
    model.device = torch.device("meta")
    with model.untrained(5):
        assert moves == [("cpu", True)], "it leaves before its twin arrives"
        assert {each.device.type for each in own.parameters()} == {"cpu"}
        assert {each.device.type for each in model.module.parameters()} == {"meta"}
    assert moves[1:] == [("meta", True)]


def test_what_was_kept_is_read_again_and_other_data_are_measured_anew(load_model: Load, tmp_path: Path) -> None:
    model = load_model("clip:tiny@random", tmp_path)
    first = null(model, tmp_path / "cache")
    (kept,) = (tmp_path / "cache").iterdir()
    stamp = kept.stat().st_mtime_ns
    again = null(model, tmp_path / "cache")
    assert kept.stat().st_mtime_ns == stamp
    assert all(np.array_equal(first.roles[role], again.roles[role]) for role in first.roles)
    assert (
        first.scores.keys()
        == again.scores.keys()
        == {f"layer/{i:02d}/mcs_{s}" for i in (0, 1) for s in ("raw", "norm")}
    )
    assert all(np.array_equal(first.scores[metric], again.scores[metric]) for metric in first.scores)
    null(model, tmp_path / "cache", "others")
    assert len(list((tmp_path / "cache").iterdir())) == 2


@pytest.mark.parametrize("other", [{"rows": 8}, {"seeds": (5, 7)}, {"seeds": (6, 5)}, {"seeds": (5, 6, 7)}])
def test_other_seeds_or_rows_are_measured_anew_and_not_read_from_what_was_kept(
    other: Mapping[str, Any], load_model: Load, tmp_path: Path
) -> None:
    model = load_model("clip:tiny@random", tmp_path)
    first = null(model, tmp_path / "cache")
    found, exact = null(model, tmp_path / "cache", **other), null(model, None, **other)
    assert len(list((tmp_path / "cache").iterdir())) == 2
    assert found.seeds == exact.seeds
    assert all(np.array_equal(found.roles[role], exact.roles[role]) for role in exact.roles)
    assert not np.array_equal(found.roles["vision"], first.roles["vision"])


def test_a_damaged_cache_is_measured_again(load_model: Load, tmp_path: Path) -> None:
    model = load_model("clip:tiny@random", tmp_path)
    first = null(model, tmp_path / "cache")
    (kept,) = (tmp_path / "cache").iterdir()
    for length in (100, 0):
        kept.write_bytes(kept.read_bytes()[:length])
        again = null(model, tmp_path / "cache")
        assert np.array_equal(first.roles["text"], again.roles["text"])
        assert kept.stat().st_size > 100


def test_a_cache_that_cannot_be_written_is_no_harm(load_model: Load, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    model = load_model("clip:tiny@random", tmp_path)
    assert np.array_equal(null(model, tmp_path / "file" / "cache").roles["text"], null(model, None).roles["text"])


def test_models_of_one_architecture_share_a_null_and_other_libraries_do_not(load_model: Load, tmp_path: Path) -> None:
    assert kept(*(load_model("clip:tiny@random", tmp_path, seed) for seed in (1, 2)), tmp_path=tmp_path) == 1
    null(load_model("clip:tiny@random", tmp_path), tmp_path / "kept", libraries={"timm": "0"})
    assert len(list((tmp_path / "kept").iterdir())) == 2


def test_another_preprocessing_of_the_same_images_has_a_null_of_its_own(load_model: Load, tmp_path: Path) -> None:
    from transformers import CLIPImageProcessor

    for name, mean in (("dark", 0.2), ("light", 0.8)):
        load_model("clip:tiny@random", tmp_path).module.save_pretrained(tmp_path / name)
        side = {"height": 32, "width": 32}
        CLIPImageProcessor(size=side, crop_size=side, image_mean=[mean] * 3).save_pretrained(tmp_path / name)
    models = [load_model(f"clip:tiny@{name}", tmp_path) for name in ("dark", "light")]
    assert kept(*models, tmp_path=tmp_path) == 2


def test_heads_that_do_not_show_in_the_shapes_of_weights_count(load_model: Load, tmp_path: Path) -> None:
    from open_clip.model import CLIP
    from safetensors.torch import save_file

    vision = {"layers": 1, "width": 64, "patch_size": 8, "image_size": 32}
    text = {"context_length": 16, "vocab_size": 300, "width": 32, "heads": 2, "layers": 1}
    for width in (16, 32):
        folder = tmp_path / f"heads-of-{width}"
        folder.mkdir()
        towers = {"embed_dim": 32, "vision_cfg": {**vision, "head_width": width}, "text_cfg": text}
        (folder / "open_clip_config.json").write_text(json.dumps({"model_cfg": towers, "preprocess_cfg": {}}))
        save_file(CLIP(**towers).state_dict(), folder / "open_clip_model.safetensors")
    models = [load_model(f"openclip:same@heads-of-{width}", tmp_path) for width in (16, 32)]
    assert len({str(model.module) for model in models}) == 1
    assert kept(*models, tmp_path=tmp_path) == 2


def test_a_model_of_ones_own_that_was_edited_has_a_null_of_its_own(tmp_path: Path) -> None:
    from store.models import ModelRef
    from tasks.diagnostics.families import find_family

    def load(name: str, text: str) -> Any:
        (tmp_path / f"{name}.py").write_text(text)
        ref = ModelRef.parse(f"{name}.V2:base@random")
        return find_family(ref.family, tmp_path).load(ref, tmp_path, 0, torch.device("cpu"))

    text = EXAMPLE.read_text()
    edited = text.replace("self.text(q, q, q,", "self.text(8 * q, q, q,")
    assert edited != text
    models = [load("null_first", text), load("null_same", text), load("null_edited", edited)]
    assert kept(*models, tmp_path=tmp_path) == 2
