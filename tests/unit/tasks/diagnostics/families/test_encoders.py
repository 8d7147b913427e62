"""Dual and fusion encoders: every site is seen, placed, and given the tokens that stand there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from store.errors import BadInput
from store.models import ModelRef
from tasks.diagnostics.families import find_family
from tasks.diagnostics.families.model import IMAGE, PADDING, SPECIAL

from .conftest import OPEN_CLIP

CAPTIONS = (("a red circle", "two big blue squares in a row"), ("one star", "a photo of one small white star"))

Expected = Callable[[Any], dict[str, int]]


def _towers(config: Any, vision: str = "vision_config") -> dict[str, int]:
    return {"vision": getattr(config, vision).num_hidden_layers, "text": config.text_config.num_hidden_layers}


def _blip(config: Any) -> dict[str, int]:
    return {**_towers(config), "cross": config.text_config.num_hidden_layers}


def _cross(config: Any) -> int:
    return -(-config.qformer_config.num_hidden_layers // config.qformer_config.cross_attention_frequency)


def _blip2(config: Any) -> dict[str, int]:
    towers = _towers(config)
    latents = config.qformer_config.num_hidden_layers
    return {"vision": towers["vision"], "cross": _cross(config), "pooling": latents, "fusion": towers["text"]}


def _bridgetower(config: Any) -> dict[str, int]:
    towers, over = _towers(config), config.num_hidden_layers
    streams = dict.fromkeys(("vision_stream", "text_stream", "cross", "cross_reverse"), over)
    return {**towers, **streams}


HF: dict[str, Expected] = {
    "clip": _towers,
    "siglip": lambda config: {**_towers(config), "pooling": 1},
    "align": lambda config: {"text": _towers(config)["text"]},
    "altclip": _towers,
    "chinese_clip": _towers,
    "blip": _blip,
    "blip-2": _blip2,
    "instructblip": _blip2,
    "flava": lambda config: {
        **_towers(config, "image_config"),
        "fusion": config.multimodal_config.num_hidden_layers,
    },
    "bridgetower": _bridgetower,
    "vilt": lambda config: {"fusion": config.num_hidden_layers},
    "git": lambda config: {"vision": config.vision_config.num_hidden_layers, "fusion": config.num_hidden_layers},
}
"""Family -> sites by role, from the configuration."""

PAIRS = ("blip", "blip-2", "instructblip", "flava", "bridgetower", "vilt", "git")
MATCHING = ("blip", "flava", "bridgetower", "vilt")

PUBLISHED = {
    "clip:base-patch32": 151.3,
    "siglip:base-patch16-224": 203.2,
    "align:base": 172.1,
    "altclip:large": 864.2,
    "chinese_clip:vit-base-patch16": 188.3,
    "blip:itm-base": 223.7,
    "blip-2:opt-2.7b": 3744.7,
    "instructblip:vicuna-7b": 7913.2,
    "flava:full": 303.9,
    "bridgetower:base": 326.4,
    "vilt:b32": 111.6,
    "git:base": 176.6,
}
"""Millions of parameters, so that a size keeps meaning what it means."""


def load(locator: str, folder: Path = Path(), seed: int = 0) -> Any:
    import torch

    ref = ModelRef.parse(locator)
    return find_family(ref.family).load(ref, folder, seed, torch.device("cpu"))


def images(*sizes: tuple[int, int], seed: int = 0) -> list[Any]:
    import numpy as np
    from PIL import Image

    draw = np.random.default_rng(seed)
    return [Image.fromarray(draw.integers(0, 255, (height, width, 3), dtype=np.uint8)) for width, height in sizes]


def uneven(seed: int = 0) -> list[Any]:
    return images((64, 48), (40, 60), seed=seed)


@pytest.fixture(scope="module", params=[*HF, *(f"openclip {name}" for name in OPEN_CLIP)])
def named(request: pytest.FixtureRequest, folders: Callable[[str], Path]) -> tuple[str, Any, dict[str, int]]:
    """(name, model, sites by role)."""
    key, _, architecture = request.param.partition(" ")
    if architecture:
        return request.param, load(f"openclip:mine@{folders(architecture)}"), OPEN_CLIP[architecture][1]
    loaded = load(f"{key}:tiny@random")
    return request.param, loaded, HF[key](loaded.module.config)


@pytest.fixture(scope="module")
def model(named: tuple[str, Any, dict[str, int]]) -> Any:
    return named[1]


def passes_seen(model: Any, pictures: Any = None) -> Iterator[tuple[Any, Any, list[Any]]]:
    """(pass, tap, calls), pass by pass."""
    import torch

    from tasks.diagnostics.attention.tap import AttentionTap

    for work in model.passes(pictures or uneven(), CAPTIONS):
        calls: list[Any] = []
        with torch.inference_mode(), AttentionTap(model.module, calls.append) as tap:
            work.run()
        yield work, tap, calls


def shape(call: Any) -> tuple[int, int, int]:
    """(batch, queries, keys)."""
    if hasattr(call, "scores"):
        return call.scores.shape[0], call.scores.shape[-2], call.scores.shape[-1]
    return call.q.shape[0], call.q.shape[-2], call.k.shape[-2]


def flat(call: Any) -> bool:
    """Whether samples and heads, of which there are two, share a dimension."""
    return (call.scores if hasattr(call, "scores") else call.q).dim() == 3


def tensors(made: Any) -> list[Any]:
    """All tensors of what a forward pass returns."""
    import torch

    if isinstance(made, torch.Tensor):
        return [made]
    parts = made.values() if hasattr(made, "values") else made if isinstance(made, list | tuple) else ()
    return [tensor for part in parts for tensor in tensors(part)]


@contextmanager
def ordinary_path() -> Iterator[None]:
    """Without the fused path of nn.MultiheadAttention, which a tap has no part in either."""
    import torch

    torch.backends.mha.set_fastpath_enabled(False)
    try:
        yield
    finally:
        torch.backends.mha.set_fastpath_enabled(True)


def test_every_site_is_seen_once_and_has_the_role_that_the_configuration_says(
    named: tuple[str, Any, dict[str, int]],
) -> None:
    _, model, expected = named
    roles: Counter[str] = Counter()
    for _, tap, _ in passes_seen(model):
        assert tap.blind == ()
        assert set(tap.sites.values()) <= {1}
        roles.update(model.place(site).role for site in tap.sites)
    assert roles == expected
    assert not set(model.absent) & set(roles)


def test_queries_and_keys_have_the_lengths_of_the_sequences_they_stand_for(model: Any) -> None:
    for work, _, calls in passes_seen(model):
        for call in calls:
            place = model.place(call.site)
            batch, queries, keys = shape(call)
            assert batch == (2 * work.samples if flat(call) else work.samples), call.site
            for name, length in ((place.queries, queries), (place.keys, keys)):
                tokens = work.sequences[name] if name else None
                if tokens is not None and tokens.kinds is not None:
                    assert tokens.kinds.shape == (work.samples, length), (call.site, name)
            readout = work.sequences[place.queries].readout if place.queries else None
            if readout is not None:
                assert readout.shape == (work.samples,)
                assert (readout < queries).all()


def test_calls_can_be_measured_and_rows_that_count_attend_to_no_padding(
    named: tuple[str, Any, dict[str, int]],
) -> None:
    from tasks.diagnostics.attention.entropy import Groups, measure

    name, model, _ = named
    padded = "siglip" in name  # trained with its padding in sight
    for work, _, calls in passes_seen(model):
        for call in calls:
            place = model.place(call.site)
            tokens = {side: work.sequences[side].kinds for side in (place.queries, place.keys or place.queries) if side}
            queries, keys = tokens.get(place.queries), tokens.get(place.keys or place.queries)
            own = place.keys or place.role != "cross"
            groups = None if keys is None or not own else Groups(keys.where(keys != PADDING, 3), 4)
            rows = measure(call, work.samples, groups)
            assert rows.entropy.isfinite().all()
            if rows.parts is None:
                continue
            assert rows.parts.mass.sum(dim=-1).sub(1).abs().max() < 1e-4
            if not padded:
                counts = slice(None) if queries is None else (queries != PADDING)
                if name == "openclip coca" and queries is not None and queries.shape[1] == 17:
                    counts[:, -1] = False  # its class row sees one padding too many, as its makers had it
                assert rows.parts.mass.transpose(1, 2)[counts][..., 3].abs().max() < 1e-6, call.site


def test_the_tap_changes_nothing(model: Any) -> None:
    import torch

    from tasks.diagnostics.attention.tap import AttentionTap

    for work in model.passes(uneven(), CAPTIONS):
        with torch.inference_mode(), ordinary_path():
            plain = tensors(work.run())
            with AttentionTap(model.module, lambda _: None):
                tapped = tensors(work.run())
        assert plain
        assert all(torch.equal(one, other) for one, other in zip(plain, tapped, strict=True))


def test_the_output_is_a_distribution_for_every_pair(named: tuple[str, Any, dict[str, int]]) -> None:
    import torch

    name, model, _ = named
    with torch.inference_mode():
        output = model.output(uneven(), [of_image[0] for of_image in CAPTIONS])
    assert model.task
    assert output.logits.isfinite().all()
    assert output.logits.shape[:2] == output.valid.shape == output.labels.shape
    assert output.valid.dtype == torch.bool
    assert output.valid.any(dim=1).all()
    assert (output.labels[output.valid] < output.logits.shape[-1]).all()
    if name in MATCHING:
        assert output.logits.shape == (2, 1, 2)
        assert (output.labels == 1).all()


@pytest.mark.slow
def test_what_is_asked_for_again_and_again_is_the_output(model: Any) -> None:
    import torch

    captions = [of_image[0] for of_image in CAPTIONS]
    with torch.inference_mode():
        ask, output = model.ask(uneven(), captions), model.output(uneven(), captions)
        for again in (ask(), ask()):
            assert torch.equal(again.logits, output.logits)
            assert torch.equal(again.valid, output.valid)
            assert torch.equal(again.labels, output.labels)


def test_the_output_for_a_pair_depends_on_the_other_pairs_only_where_the_model_says_so(model: Any) -> None:
    import torch

    captions = [of_image[0] for of_image in CAPTIONS]
    with torch.inference_mode():
        both, alone = model.output(uneven(), captions), model.output(uneven()[:1], captions[:1])
    assert model.coupled == (both.logits.shape[-1] != alone.logits.shape[-1])


@pytest.mark.slow
def test_random_weights_can_be_drawn_again(model: Any) -> None:
    import torch

    assert all(
        torch.equal(one, other)
        for one, other in zip(model.fresh(3).parameters(), model.fresh(3).parameters(), strict=True)
    )

    def logits(loaded: Any) -> Any:
        with torch.inference_mode():
            return loaded.output(uneven(), ["a red circle", "a blue square"]).logits

    once, again, other = (logits(model.reinitialised(seed)) for seed in (3, 3, 4))
    assert torch.equal(once, again)
    assert not torch.equal(once, other)


def test_a_caption_longer_than_the_context_and_an_image_of_one_pixel_are_measured_or_refused(model: Any) -> None:
    import torch

    def run(pictures: Any, captions: Any) -> None:
        with torch.inference_mode():
            for work in model.passes(pictures, captions):
                assert all(tensor.isfinite().all() for tensor in tensors(work.run()) if tensor.is_floating_point())

    run(images((1, 1), (64, 64)), CAPTIONS)
    try:
        run(uneven(), [("star " * 400, "one"), ("two", "three")])
    except BadInput as error:
        assert "has room for" in str(error)


@pytest.mark.parametrize("key", HF)
def test_a_saved_folder_gives_the_same_output(key: str, tmp_path: Path) -> None:
    import torch

    made = load(f"{key}:tiny@random", seed=5)
    made.module.save_pretrained(tmp_path / "saved")
    processor = made.processor if key in PAIRS else made._processor
    processor.save_pretrained(tmp_path / "saved")
    loaded = load(f"{key}:mine@saved", tmp_path)
    assert ("that came with the weights" in loaded.provenance.tokenizer) == (key in PAIRS)
    logits = []
    for one in (made, loaded):
        torch.manual_seed(0)  # ViLT draws the order of its patches
        with torch.inference_mode():
            logits.append(one.output(uneven(), ["a red circle", "a blue square"]).logits)
    torch.testing.assert_close(*logits, rtol=0, atol=1e-6)  # processors differ in the last bits of sums


@pytest.mark.parametrize("key", HF)
def test_an_unknown_size_is_answered_with_the_known_ones(key: str) -> None:
    with pytest.raises(BadInput, match=f"unknown {key} architecture 'tyni'; did you mean tiny"):
        load(f"{key}:tyni@random")


@pytest.mark.parametrize("locator", PUBLISHED)
def test_published_architectures_have_their_number_of_parameters(locator: str) -> None:
    import torch
    import transformers

    ref = ModelRef.parse(locator + "@random")
    family = find_family(ref.family)
    with torch.device("meta"):
        module = getattr(transformers, family.model_class)(family.configuration(ref.name))  # type: ignore[attr-defined]
    assert sum(parameter.numel() for parameter in module.parameters()) / 1e6 == pytest.approx(
        PUBLISHED[locator], abs=0.1
    )


@pytest.mark.parametrize("key", ["vilt", "git", "flava", "blip-2"])
def test_image_tokens_are_where_the_image_comes_in_and_nowhere_else(key: str) -> None:
    import torch

    model = load(f"{key}:tiny@random")
    entered: list[Any] = []
    site = next(site for _, tap, _ in passes_seen(model) for site in tap.sites if model.place(site).role == "fusion")

    def keep(_: Any, args: Any, kwargs: Any) -> None:
        entered.append(kwargs["hidden_states"] if "hidden_states" in kwargs else args[0])

    hook = model.module.get_submodule(site).register_forward_pre_hook(keep, with_kwargs=True)
    with torch.inference_mode():
        for seed in (0, 1):
            (work,) = model.passes(uneven(seed), CAPTIONS)
            work.run()
    hook.remove()
    kinds = work.sequences["joint"].kinds
    changed = (entered[0] != entered[1]).any(dim=-1)
    assert torch.equal(changed & (kinds != PADDING), kinds == IMAGE)
    assert (kinds == SPECIAL).any(dim=1).all()


def test_images_of_vilt_with_fewer_patches_are_padded_to_those_with_most() -> None:
    model = load("vilt:tiny@random")
    (work,) = model.passes(images((64, 64), (64, 32)), [("a",), ("a",)])
    kinds = work.sequences["joint"].kinds
    assert (kinds == IMAGE).sum(dim=1).tolist() == [16, 18]
    assert (kinds[:, -2:] == PADDING).tolist() == [[True] * 2, [False] * 2]


def test_only_the_instruction_is_told_to_the_latents_of_instructblip() -> None:
    import torch

    model = load("instructblip:tiny@random")
    inputs = [model.inputs(uneven(), [caption] * 2)["qformer_input_ids"] for caption in ("a red star", "two")]
    assert torch.equal(*inputs)


@pytest.mark.parametrize(("key", "row"), [("clip", None), ("siglip", 31), ("align", 0), ("altclip", 0)])
def test_the_row_that_the_text_tower_hands_on_is_known(key: str, row: int | None) -> None:
    import torch

    model = load(f"{key}:tiny@random")
    texts = model.texts(["a red circle", "one star above two others"])
    readout = texts.tokens.readout
    assert readout.tolist() == (texts.eot.tolist() if row is None else [row] * 2)
    states: list[Any] = []
    tower = model.module.text_model
    hook = tower.register_forward_hook(lambda *made: states.append(made[-1].last_hidden_state))
    with torch.inference_mode():
        embeddings = model.encode_texts(texts)
        hook.remove()
        project = tower.head if key == "siglip" else model.module.text_projection
        assert torch.allclose(embeddings, project(states[0][torch.arange(2), readout]), atol=1e-6)


@pytest.mark.parametrize(
    ("name", "row", "said"),
    [
        ("vit", 0, None),
        ("vit with a pooling head", None, None),
        ("siglip", None, None),
        ("eva", 0, None),
        ("convnext", None, "a ConvNeXt, has no attention"),
        ("resnet", None, "a ModifiedResNet, has no attention outside its pooling head"),
    ],
)
def test_towers_of_open_clip_say_what_they_hand_on_and_what_they_lack(
    name: str, row: int | None, said: str | None, folders: Callable[[str], Path]
) -> None:
    model = load(f"openclip:mine@{folders(name)}")
    assert model.class_row == row
    assert model.absent == ({} if said is None else {"vision": f"the vision tower, {said}"})


@pytest.mark.parametrize("key", ["blip", "blip-2", "instructblip"])
def test_random_vision_towers_of_the_kin_of_blip_are_not_nought(key: str, tmp_path: Path) -> None:
    made = load(f"{key}:tiny@random")
    made.module.config.vision_config.initializer_range = 1e-10  # as the published configurations have it
    made.module.save_pretrained(tmp_path)
    drawn = load(f"{key}:tiny@{tmp_path}").reinitialised(1).module
    assert drawn.vision_model.encoder.layers[0].mlp.fc1.weight.std().item() == pytest.approx(0.02, rel=0.2)
    if hasattr(drawn, "query_tokens"):
        assert drawn.query_tokens.std().item() == pytest.approx(0.02, rel=0.3)


def test_a_language_model_with_an_encoder_of_its_own_is_refused(tmp_path: Path) -> None:
    import transformers

    config = find_family("blip-2").configuration("tiny")  # type: ignore[attr-defined]
    options = {"d_model": 32, "d_ff": 64, "d_kv": 16, "num_layers": 1, "num_heads": 2, "vocab_size": 300}
    text = transformers.T5Config(**options, decoder_start_token_id=0)
    config = transformers.Blip2Config(
        vision_config=config.vision_config.to_dict(),
        qformer_config=config.qformer_config.to_dict(),
        text_config=text.to_dict(),
        image_token_index=2,
    )
    transformers.Blip2ForConditionalGeneration(config).save_pretrained(tmp_path)
    with pytest.raises(BadInput, match="a language model of type 't5' has an encoder of its own"):
        load(f"blip-2:tiny@{tmp_path}")


def test_a_vocabulary_of_words_alone_is_a_tokenizer(tmp_path: Path) -> None:
    """As BERT's kin come from the hub; a stand-in would give trained weights the wrong ids."""
    load("chinese_clip:tiny@random").module.save_pretrained(tmp_path / "words")
    words = ("[PAD]", "[CLS]", "[SEP]", "[UNK]", "[MASK]", "a", "red", "circle")
    (tmp_path / "words" / "vocab.txt").write_text("\n".join(words))
    texts = load("chinese_clip:mine@words", tmp_path).texts(["a red circle"])
    assert texts.ids[0, :6].tolist() == [1, 5, 6, 7, 2, 0]
    assert texts.eot.tolist() == [4]
