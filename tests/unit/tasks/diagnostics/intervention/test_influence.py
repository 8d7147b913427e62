"""Influence: what each intervention shows the model, and how the change of its output is told."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from tasks.diagnostics.families.model import TEXT, Output
from tasks.diagnostics.intervention.influence import Effect, Interventions, blank, measure_influence
from tasks.diagnostics.site_layout import SiteLayout, find_layout

Load = Callable[..., Any]
RNG = np.random.default_rng(0)
IMAGES = [Image.fromarray(RNG.integers(0, 255, (64, 64, 3), dtype=np.uint8)) for _ in range(4)]
TEXTS = ["a red circle", "two shapes", "a large blue square", "a star"]
JUDGES = ("blip:tiny@random", "vilt:tiny@random", "clip:tiny@random")
WRITERS = ("idefics:tiny@random", "llava:tiny@random")


@pytest.fixture
def prepared(load_model: Load, tmp_path: Path) -> Callable[[str], tuple[Any, SiteLayout]]:
    def prepare(locator: str) -> tuple[Any, SiteLayout]:
        model = load_model(locator, tmp_path)
        return model, find_layout(model, IMAGES, [[text] for text in TEXTS])

    return prepare


def influence(
    model: Any,
    layout: SiteLayout,
    extent: Any = "modalities",
    images: list[Image.Image] = IMAGES,
    texts: list[str] = TEXTS,
    batch: int = 4,
    at_sites: int | None = None,
) -> Interventions:
    return measure_influence(model, layout, images, texts, extent, batch, {}, lambda *_: None, at_sites)


def by_kind(found: Interventions) -> dict[str, Effect]:
    return {effect.kind: effect for effect in found.effects if not effect.site}


def moved(before: Output, after: Output) -> np.ndarray[Any, Any]:
    """Half the sum of absolute differences of probability, mean over the positions that count."""
    p, q = (torch.softmax(output.logits.double(), -1) for output in (before, after))
    each = 0.5 * (p - q).abs().sum(-1)
    return np.array([each[i][before.valid[i]].mean().item() for i in range(len(each))])


def risen(before: Output, after: Output) -> np.ndarray[Any, Any]:
    """Negative log-likelihood of the right answer afterwards, less that before."""
    assert before.labels is not None
    found = []
    for i, (valid, labels) in enumerate(zip(before.valid, before.labels, strict=True)):
        of = [
            -torch.log_softmax(output.logits[i].double(), -1)[torch.arange(len(labels)), labels.clamp_min(0)][valid]
            for output in (before, after)
        ]
        found.append((of[1] - of[0]).mean().item())
    return np.array(found)


@pytest.mark.parametrize("locator", [*JUDGES, *WRITERS])
def test_every_intervention_is_the_change_between_two_outputs(locator: str, prepared: Any) -> None:
    model, layout = prepared(locator)
    found = by_kind(influence(model, layout, batch=3))
    given = {
        "swap-image": ([*IMAGES[1:], IMAGES[0]], TEXTS),
        "cut-image": ([blank(image) for image in IMAGES], TEXTS),
        "swap-text": (IMAGES, [*TEXTS[1:], TEXTS[0]]),
        "cut-text": (IMAGES, [""] * 4),
    }
    assert set(found) == set(given if locator in JUDGES else ["swap-image", "cut-image", "swap-text"])
    with torch.inference_mode():
        for kind, effect in found.items():
            before, after = model.output(IMAGES, TEXTS), model.output(*given[kind])
            if locator in WRITERS and kind == "swap-text":
                after = model.ask_after(IMAGES, TEXTS, given[kind][1])()
            if model.coupled and "text" in kind:
                before, after = before.turned(), after.turned()
            assert effect.change == pytest.approx(moved(before, after), abs=1e-6), kind
            assert effect.loss == pytest.approx(risen(before, after), abs=1e-5), kind
            assert effect.change.max() > 1e-6, kind


def test_a_dual_encoder_is_asked_for_the_image_of_a_text_when_the_text_is_changed() -> None:
    logits = torch.arange(9.0).reshape(3, 1, 3)
    output = Output(logits, torch.ones(3, 1, dtype=torch.bool), torch.arange(3)[:, None])
    assert torch.equal(output.turned().logits[:, 0], logits[:, 0].T)


def test_a_blank_is_of_the_size_and_the_mean_colour_of_its_image() -> None:
    image = Image.fromarray(np.array([[[0, 10, 20], [100, 30, 20]]], dtype=np.uint8))
    found = np.asarray(blank(image))
    assert found.shape == (1, 2, 3)
    assert (found == [50, 20, 20]).all()


@pytest.mark.parametrize("locator", WRITERS)
def test_an_output_that_is_read_at_the_text_itself_is_left_nothing_by_an_empty_one(locator: str, prepared: Any) -> None:
    found = influence(*prepared(locator))
    assert dict(found.untried) == {"cut-text": "the output is read at the tokens of the text itself"}


@pytest.mark.parametrize("locator", WRITERS)
def test_a_writer_reads_the_tokens_of_another_text_before_its_own(locator: str, prepared: Any) -> None:
    model, _ = prepared(locator)
    texts, others = ["red star", "blue moon"], ["a cat", "dogs run"]
    inputs, other = model.inputs(IMAGES[:2], texts), model.inputs(IMAGES[:2], others)
    own, given = (model.family.kinds(model, made) == TEXT for made in (inputs, other))
    ids = inputs["input_ids"].clone()
    for row in range(2):
        places, source = own[row].nonzero()[:, 0].tolist(), other["input_ids"][row][given[row]].tolist()
        for at, place in enumerate(places):
            ids[row, place] = source[at % len(source)]
    with torch.inference_mode():
        expected = model.family.output(model, {**inputs, "input_ids": ids})
        output, plain = model.ask_after(IMAGES[:2], texts, others)(), model.output(IMAGES[:2], texts)
    assert torch.equal(output.logits, expected.logits)
    assert torch.equal(output.labels, plain.labels)
    assert torch.equal(output.valid, plain.valid)
    assert not torch.equal(output.logits, plain.logits)


def test_a_text_of_too_few_tokens_cannot_be_read_after_another(prepared: Any) -> None:
    model, _ = prepared("llava:tiny@random")
    assert model.ask_after(IMAGES[:2], ["", "yz"], ["yz", "x"]) is None


def test_what_is_the_same_everywhere_cannot_be_exchanged(prepared: Any) -> None:
    model, layout = prepared("blip:tiny@random")
    red = [Image.new("RGB", (64, 64), "red")] * 4
    found = influence(model, layout, images=red, texts=["a star"] * 4)
    assert dict(found.untried) == {
        "swap-image": "all images are the same",
        "cut-image": "every image is of one colour",
        "swap-text": "all texts are the same",
    }
    assert set(by_kind(found)) == {"cut-text"}


def test_a_pair_is_given_the_next_image_and_text_that_differ_from_its_own(prepared: Any) -> None:
    model, layout = prepared("blip:tiny@random")
    images, texts = [IMAGES[0], IMAGES[0], IMAGES[1], IMAGES[0]], ["a star", "a star", "a star", "two shapes"]
    found = by_kind(influence(model, layout, images=images, texts=texts))
    with torch.inference_mode():
        before = model.output(images, texts)
        other = model.output([IMAGES[1], IMAGES[1], IMAGES[0], IMAGES[1]], texts)
        text = model.output(images, ["two shapes"] * 3 + ["a star"])
    assert found["swap-image"].change == pytest.approx(moved(before, other), abs=1e-6)
    assert found["swap-text"].change == pytest.approx(moved(before, text), abs=1e-6)
    assert found["swap-image"].change.min() > 0


def test_effects_are_per_image_and_told_by_site_and_head(prepared: Any) -> None:
    model, layout = prepared("blip:tiny@random")
    effects = influence(model, layout, "heads", batch=2).effects
    spots = [spot for role in layout.roles.values() for spot in role]
    assert [effect.site for effect in effects if effect.kind == "uniform-site"] == [spot.name for spot in spots]
    assert [(effect.site, effect.head) for effect in effects if effect.kind == "silent-head"] == [
        (spot.name, head) for spot in spots for head in range(spot.heads or 0)
    ]
    assert all(effect.change.shape == (4,) and (effect.change >= 0).all() for effect in effects)
    assert all(effect.loss is not None for effect in effects), "a matching model has right answers"


def test_a_silent_head_is_a_head_whose_part_of_the_projection_is_zero(prepared: Any) -> None:
    model, layout = prepared("clip:tiny@random")
    site = layout.roles["vision"][0].name
    width = model.module.get_submodule(site).head_dim
    cut = copy.copy(model)
    cut.module = copy.deepcopy(model.module)
    cut.module.get_submodule(site).out_proj.weight.data[:, width : 2 * width] = 0
    effect = next(e for e in influence(model, layout, "heads").effects if e.site == site and e.head == 1)
    with torch.inference_mode():
        before, after = model.output(IMAGES, TEXTS), cut.output(IMAGES, TEXTS)
    assert effect.change == pytest.approx(moved(before, after), abs=1e-6)
    assert effect.loss == pytest.approx(risen(before, after), abs=1e-5)
    assert effect.change.max() > 1e-6


def test_uniform_attention_is_that_of_a_model_without_queries(prepared: Any) -> None:
    model, layout = prepared("clip:tiny@random")
    site = layout.roles["vision"][1].name
    flat = copy.copy(model)
    flat.module = copy.deepcopy(model.module)
    queries = flat.module.get_submodule(site).q_proj
    queries.weight.data.zero_()
    queries.bias.data.zero_()
    effect = next(e for e in influence(model, layout, "sites").effects if e.site == site)
    with torch.inference_mode():
        before, after = model.output(IMAGES, TEXTS), flat.output(IMAGES, TEXTS)
    assert effect.change == pytest.approx(moved(before, after), abs=1e-6)
    assert effect.change.max() > 1e-7


def test_sites_are_changed_for_some_of_the_pairs_and_modalities_for_all(prepared: Any) -> None:
    model, layout = prepared("blip:tiny@random")
    asked: list[int] = []
    ask = model.ask
    model.ask = lambda images, *rest: asked.append(len(images)) or ask(images, *rest)
    found = influence(model, layout, "sites", at_sites=2).effects
    assert {len(effect.change) for effect in found if effect.site} == {2}
    assert {len(effect.change) for effect in found if not effect.site} == {4}
    assert asked == [2, 4, 4, 4, 4, 4, 2], "a first look, as it is, four changes; the sites share what is prepared"


def test_a_model_without_an_output_is_not_intervened_on(prepared: Any) -> None:
    model, layout = prepared("blip:tiny@random")
    model.task, model.ask = "", lambda *_: lambda *_: None
    assert influence(model, layout, "sites") == Interventions()
