"""Language models that are given an image: every site is seen and placed, and every token is what it is said to be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from store.errors import BadInput
from store.models import ModelRef
from tasks.diagnostics.families import find_family
from tasks.diagnostics.families.model import IMAGE, PADDING, SPECIAL, TEXT

CAPTIONS = (("a red circle", "two big blue squares in a row"), ("one star", "a photo of one small white star"))

Expected = Callable[[Any], dict[str, int]]


def _towers(config: Any) -> tuple[int, int]:
    return config.vision_config.num_hidden_layers, config.get_text_config().num_hidden_layers


def _joined(config: Any) -> dict[str, int]:
    vision, text = _towers(config)
    return {"vision": vision, "fusion": text}


def _idefics(config: Any) -> dict[str, int]:
    vision, text = config.vision_config.num_hidden_layers, config.num_hidden_layers
    pooling = {"pooling": config.perceiver_config.resampler_depth} if config.use_resampler else {}
    return {"vision": vision, **pooling, "cross": text // config.cross_layer_interval, "text": text}


def _idefics2(config: Any) -> dict[str, int]:
    return {**_joined(config), "pooling": config.perceiver_config.resampler_depth}


def _mllama(config: Any) -> dict[str, int]:
    vision, text = config.vision_config, config.text_config
    cross = len(text.cross_attention_layers)
    layers = vision.num_hidden_layers + vision.num_global_layers
    return {"vision": layers, "cross": cross, "text": text.num_hidden_layers - cross}


def _chameleon(config: Any) -> dict[str, int]:
    return {"vision": 1, "fusion": config.num_hidden_layers}  # one block in the middle of the image tokenizer


EXPECTED: dict[str, tuple[Expected, int]] = {
    "llava:tiny": (_joined, 16),
    "llava_next:tiny": (_joined, 0),
    "idefics:tiny": (_idefics, 0),
    "idefics:tiny-without-resampler": (_idefics, 0),
    "idefics2:tiny": (_idefics2, 4),
    "idefics3:tiny": (_joined, 0),
    "qwen2_vl:tiny": (_joined, 0),
    "qwen2_5_vl:tiny": (_joined, 0),
    "paligemma:tiny": (_joined, 16),
    "mllama:tiny": (_mllama, 0),
    "chameleon:tiny": (_chameleon, 16),
}
"""Name -> sites by role, from the configuration, and tokens of an image where they do not depend on its size."""

BEFORE = {"llava:tiny": "\n", "llava_next:tiny": "\n", "idefics2:tiny": " "}
"""Text that stands between the image and the caption."""

JOINED = [name for name in EXPECTED if not name.startswith(("idefics:", "mllama:"))]
GATED = ["idefics:tiny", "idefics:tiny-without-resampler", "mllama:tiny"]

PUBLISHED = {
    "llava:1.5-7b": 7.063,
    "llava_next:v1.6-mistral-7b": 7.567,
    "idefics:9b": 8.930,
    "idefics2:8b": 8.403,
    "idefics3:smolvlm-2b": 2.246,
    "idefics3:8b-llama3": 8.462,
    "qwen2_vl:2b": 2.209,
    "qwen2_5_vl:3b": 3.755,
    "paligemma:3b-224": 2.923,
    "mllama:11b": 10.643,
    "chameleon:7b": 7.043,
}
"""Thousand millions of parameters."""


def images(*sizes: tuple[int, int], seed: int = 0) -> list[Any]:
    import numpy as np
    from PIL import Image

    draw = np.random.default_rng(seed)
    return [Image.fromarray(draw.integers(0, 255, (height, width, 3), dtype=np.uint8)) for width, height in sizes]


def uneven(seed: int = 0) -> list[Any]:
    return images((64, 48), (40, 96), seed=seed)


def load(locator: str, folder: Path = Path(), seed: int = 0) -> Any:
    import torch

    ref = ModelRef.parse(locator)
    return find_family(ref.family).load(ref, folder, seed, torch.device("cpu"))


_LOADED: dict[str, Any] = {}


@pytest.fixture(params=EXPECTED)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def model(name: str) -> Any:
    if name not in _LOADED:
        _LOADED[name] = load(f"{name}@random")
    return _LOADED[name]


def seen(loaded: Any, pictures: Sequence[Any], captions: Sequence[Sequence[str]] = CAPTIONS) -> tuple[Any, Any, Any]:
    """The pass, the tap, and all calls."""
    import torch

    from tasks.diagnostics.attention.tap import AttentionTap

    calls: list[Any] = []
    (work,) = loaded.passes(pictures, captions)
    with torch.inference_mode(), AttentionTap(loaded.module, calls.append) as tap:
        work.run()
    return work, tap, calls


def shape(call: Any) -> tuple[int, int, int]:
    """(batch, queries, keys); the one call of three dimensions here has a single head."""
    if hasattr(call, "scores"):
        return call.scores.shape[0], call.scores.shape[-2], call.scores.shape[-1]
    return call.q.shape[0], call.q.shape[-2], call.k.shape[-2]


def test_every_site_is_seen_and_has_the_role_that_the_configuration_says(name: str) -> None:
    loaded = model(name)
    _, tap, _ = seen(loaded, uneven())
    roles = Counter(loaded.place(site).role for site in tap.sites)
    assert roles == EXPECTED[name][0](loaded.module.config)
    assert tap.blind == ()
    with pytest.raises(KeyError):
        loaded.place("somewhere_else")


def test_queries_and_keys_have_the_lengths_of_the_sequences_they_stand_for(name: str) -> None:
    loaded = model(name)
    work, _, calls = seen(loaded, uneven())
    assert work.samples == 4
    packed: Counter[str] = Counter()
    for call in calls:
        place = loaded.place(call.site)
        batch, queries, keys = shape(call)
        for named, length in ((place.queries, queries), (place.keys, keys)):
            if not named:
                continue
            tokens = work.sequences[named]
            if tokens.lengths is None:
                assert tokens.kinds.shape == (batch, length) == (work.samples, length), (call.site, named)
            else:
                packed[call.site] += batch * length
        if not place.queries:
            assert batch == work.samples, call.site
    for site, rows in packed.items():
        assert rows == work.sequences[loaded.place(site).queries].lengths.sum(), site


def test_calls_can_be_measured_by_the_kinds_of_their_keys(name: str) -> None:
    from tasks.diagnostics.attention.entropy import Groups, measure

    loaded = model(name)
    work, _, calls = seen(loaded, uneven())
    for call in calls:
        place = loaded.place(call.site)
        tokens = work.sequences.get(place.keys)
        kinds = None if tokens is None else tokens.kinds
        groups = None if kinds is None else Groups(kinds.where(kinds != PADDING, SPECIAL), 3)
        rows = measure(call, shape(call)[0], groups)
        assert rows.entropy.isfinite().all()
        if groups is not None:
            counts = rows.attendable > 0
            assert rows.parts.mass.sum(dim=-1)[counts.expand_as(rows.entropy)].sub(1).abs().max() < 1e-4


@pytest.mark.parametrize("name", JOINED)
def test_image_tokens_are_where_the_image_comes_in_and_nowhere_else(name: str) -> None:
    import torch

    loaded = model(name)
    entered = []
    work, tap, _ = seen(loaded, uneven())
    first = next(site for site in tap.sites if loaded.place(site).role == "fusion")
    hook = loaded.module.get_submodule(first).register_forward_pre_hook(
        lambda _, args, kwargs: entered.append(kwargs["hidden_states"] if "hidden_states" in kwargs else args[0]),
        with_kwargs=True,
    )
    with torch.inference_mode():
        for seed in (0, 1):
            loaded.passes(uneven(seed), CAPTIONS)[0].run()
    hook.remove()
    kinds = work.sequences["joint"].kinds
    changed = (entered[0] != entered[1]).any(dim=-1)
    of_image = kinds == IMAGE
    assert not changed[~of_image].any()
    if name.startswith("chameleon"):  # a word of the image may be the same for both
        assert changed.any(dim=1).all()
    else:
        assert changed[of_image].all()
    fixed = EXPECTED[name][1]
    if fixed:
        assert (of_image.sum(dim=1) == fixed).all()


def test_text_tokens_spell_the_caption_and_padding_is_what_is_not_attended_to(name: str) -> None:
    loaded = model(name)
    captions = [caption for of_image in CAPTIONS for caption in of_image]
    pictures = [picture for picture in uneven() for _ in range(2)]
    (work,) = loaded.passes(uneven(), CAPTIONS)
    inputs = loaded.inputs(pictures, captions)
    kinds = work.sequences["joint" if name in JOINED else "text"].kinds
    assert ((kinds == PADDING) == (inputs["attention_mask"] == 0)).all()
    before = "caption en\n" if name.startswith("paligemma") else BEFORE.get(name, "")
    for ids, row, caption in zip(inputs["input_ids"], kinds, captions, strict=True):
        assert loaded.tokenizer.decode(ids[row == TEXT].tolist()) == before + caption
        assert SPECIAL in row


def test_a_word_that_the_tokenizer_does_not_know_is_text_and_padding_is_told_by_the_mask() -> None:
    import torch

    loaded = load("llava:tiny@random")
    loaded.tokenizer.add_special_tokens({"unk_token": "<unk>"})
    unknown = loaded.tokenizer.unk_token_id
    inputs = {
        "input_ids": torch.tensor([[unknown, 1, 3, unknown, 70]]),
        "attention_mask": torch.tensor([[0, 1, 1, 1, 1]]),
    }
    assert loaded.family.kinds(loaded, inputs).tolist() == [[PADDING, SPECIAL, IMAGE, TEXT, TEXT]]
    loaded.tokenizer.eos_token = "<unk>"
    assert loaded.family.kinds(loaded, inputs)[0, 3] == SPECIAL


def test_the_tap_leaves_the_output_bit_for_bit_as_it_was(name: str) -> None:
    import torch

    from tasks.diagnostics.attention.tap import AttentionTap

    loaded = model(name)
    captions = [of_image[0] for of_image in CAPTIONS]
    with torch.inference_mode():
        plain = loaded.output(uneven(), captions)
        with AttentionTap(loaded.module, lambda _: None):
            tapped = loaded.output(uneven(), captions)
    assert torch.equal(plain.logits, tapped.logits)


def test_the_output_is_the_next_token_wherever_the_caption_goes_on(name: str) -> None:
    import torch

    loaded = model(name)
    captions = [of_image[0] for of_image in CAPTIONS]
    with torch.inference_mode():
        said = loaded.output(uneven(), captions)
    assert loaded.task
    assert said.logits[said.valid].isfinite().all()
    assert said.valid.shape == said.labels.shape == said.logits.shape[:2]
    before = BEFORE.get(name, "")
    for valid, labels, caption in zip(said.valid, said.labels, captions, strict=True):
        assert loaded.tokenizer.decode(labels[valid].tolist()) == before + caption
    assert (said.labels[said.valid] < said.logits.shape[-1]).all()


@pytest.mark.parametrize("name", [name for name in EXPECTED if not name.startswith("mllama")])
def test_the_image_moves_the_output(name: str) -> None:
    import torch

    loaded = model(name)
    captions = [of_image[0] for of_image in CAPTIONS]
    with torch.inference_mode():
        one, other = (loaded.output(uneven(seed), captions) for seed in (0, 1))
    assert not torch.allclose(one.logits[one.valid], other.logits[other.valid], rtol=0, atol=1e-7)


@pytest.mark.parametrize("name", GATED)
def test_a_closed_gate_is_named_and_keeps_the_image_out(name: str) -> None:
    import torch

    loaded = load(f"{name}@random")
    _, tap, _ = seen(loaded, uneven())
    gates = {site: loaded.place(site).gate for site in tap.sites if loaded.place(site).role == "cross"}
    captions = [of_image[0] for of_image in CAPTIONS]
    said = {}
    with torch.inference_mode():
        for gate in (0.0, 0.5):
            for parameter in gates.values():
                loaded.module.get_parameter(parameter).fill_(gate)
            said[gate] = [loaded.output(uneven(seed), captions).logits for seed in (0, 1)]
    if name.startswith("idefics"):
        assert torch.equal(*said[0.0])
    assert not torch.equal(*said[0.5])
    assert all(site.rpartition(".")[0] == parameter.rpartition(".")[0] for site, parameter in gates.items())


def test_a_saved_folder_says_the_same_with_its_own_processor(name: str, tmp_path: Path) -> None:
    import torch

    loaded = model(name)
    loaded.module.save_pretrained(tmp_path / "saved")
    loaded.processor.save_pretrained(tmp_path / "saved")
    again = load(f"{name}@./saved", tmp_path)
    captions = [of_image[1] for of_image in CAPTIONS]
    with torch.inference_mode():
        assert torch.equal(loaded.output(uneven(), captions).logits, again.output(uneven(), captions).logits)
    assert again.provenance.tokenizer.endswith("that came with the weights")
    assert (again.task, again.provenance.architecture[:11]) == (loaded.task, "config.json")


def test_new_random_weights_follow_from_their_seed(name: str) -> None:
    import torch

    loaded = model(name)
    first, again, other = (loaded.reinitialised(seed).module.state_dict() for seed in (3, 3, 4))
    assert all(torch.equal(first[key], again[key]) for key in first)
    assert any(not torch.equal(first[key], other[key]) for key in first)
    assert any(not torch.equal(first[key], value) for key, value in loaded.module.state_dict().items())


def test_a_caption_without_room_is_refused_with_the_limit(name: str) -> None:
    with pytest.raises(BadInput, match="room for 2048; give shorter captions"):
        model(name).passes(images((32, 32)), [["star " * 500]])


@pytest.mark.parametrize("size", [(1, 1), (1, 3), (300, 40)])
def test_an_image_of_any_size_is_seen(name: str, size: tuple[int, int]) -> None:
    import torch

    with torch.inference_mode():
        said = model(name).output(images(size), ["a star"])
    assert said.logits[said.valid].isfinite().all()


def test_what_the_processor_refuses_is_one_clear_error() -> None:
    with pytest.raises(BadInput, match=r"qwen2_vl: its processor refuses an image of 300 x 1 pixels \(absolute aspect"):
        model("qwen2_vl:tiny").passes(images((300, 1)), [["a line"]])
    with pytest.raises(BadInput, match="llava: the caption 'an <image> of an image' spells the model's own token"):
        model("llava:tiny").passes(images((32, 32)), [["an <image> of an image"]])
    with pytest.raises(BadInput, match="is an address; take it out"):
        model("idefics:tiny").passes(images((32, 32)), [["https://example.org/a.png"]])


def test_a_folder_without_its_processor_is_refused_when_the_stand_in_cannot_know_its_image_token(
    tmp_path: Path,
) -> None:
    import json

    model("llava:tiny").module.save_pretrained(tmp_path)
    assert load(f"llava:tiny@{tmp_path}").provenance.tokenizer.startswith("stand-in")
    config = json.loads((tmp_path / "config.json").read_text())
    config["image_token_index"] = 100
    config.pop("image_token_id", None)
    (tmp_path / "config.json").write_text(json.dumps(config))
    with pytest.raises(BadInput, match=r"image token has the id 100 .* save the processor beside the weights"):
        load(f"llava:tiny@{tmp_path}")


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_sizes_have_as_many_parameters_as_the_published_models(name: str) -> None:
    import torch
    import transformers

    key, _, size = name.partition(":")
    family: Any = find_family(key)
    with torch.device("meta"):
        module = getattr(transformers, family.model_class)(family.configuration(size))
    module.tie_weights()
    assert sum(parameter.numel() for parameter in module.parameters()) / 1e9 == pytest.approx(PUBLISHED[name], abs=1e-3)
