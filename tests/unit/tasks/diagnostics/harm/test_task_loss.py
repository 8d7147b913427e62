"""The task of a model on pairs: what its loss is, and what re-scaled or borrowed attention makes of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from store.models import DataRef
from tasks.diagnostics.datasets import open_data
from tasks.diagnostics.datasets.images import read_image
from tasks.diagnostics.families.model import Output
from tasks.diagnostics.harm.measuring import FACTORS, jitter, on_top, perform, resample, rescale, rescued
from tasks.diagnostics.harm.task_loss import TEMPERATURES, Task, TaskLoss
from tasks.diagnostics.intervention.steering import Change, Steering
from tasks.diagnostics.site_layout import SiteLayout, Spot, find_layout

Load = Callable[..., Any]
ZOO = (("openclip", "clip"), ("blip", "blip"), ("llava", "llava"), ("idefics", "idefics"))
RNG = np.random.default_rng(0)
IMAGES = [Image.fromarray(RNG.integers(0, 255, (64, 64, 3), dtype=np.uint8)) for _ in range(4)]
TEXTS = ["a red circle", "two shapes", "a large blue square", "a star"]
TRAINED = tuple(f"{family}:shapes-{name}@zoo" for family, name in ZOO)


@pytest.fixture
def prepared(load_model: Load, tmp_path: Path) -> Callable[[str], tuple[Any, SiteLayout]]:
    def prepare(locator: str) -> tuple[Any, SiteLayout]:
        model = load_model(locator, tmp_path)
        return model, find_layout(model, IMAGES, [[text] for text in TEXTS])

    return prepare


@pytest.fixture(scope="module")
def pairs(workspace: Path) -> tuple[list[Image.Image], list[str]]:
    """What the models of the zoo were trained to see and read."""
    samples = open_data(DataRef(source="shapes", n=4), workspace).samples
    return [read_image(sample)[0] for sample in samples], [sample.captions[0] for sample in samples]


def task(model: Any, batch: int = 4) -> Task:
    return Task(model, IMAGES, TEXTS, batch)


def likelihood(output: Output, temperature: float = 1.0) -> np.ndarray[Any, Any]:
    """[samples], mean over positions of the negative log-likelihood of the right answer."""
    assert output.labels is not None
    logs = torch.log_softmax(output.logits.double() / temperature, -1)
    right = logs.gather(-1, output.labels.clamp_min(0)[..., None])[..., 0]
    return np.asarray((-(right * output.valid).sum(1) / output.valid.sum(1)).numpy())


def test_a_dual_encoder_finds_captions_of_images_and_images_of_captions(prepared: Any) -> None:
    model, _ = prepared("clip:tiny@random")
    with torch.inference_mode():
        found, output = task(model).loss({}), model.output(IMAGES, TEXTS)
    for column, temperature in enumerate(TEMPERATURES):
        both = (likelihood(output, temperature) + likelihood(output.turned(), temperature)) / 2
        np.testing.assert_allclose(found.at[:, column], both, atol=1e-6)
    ranks = output.logits[:, 0].double()
    ways = [
        np.mean([[float(own > other) for other in np.delete(row, i)] for own in [row[i]]])
        for matrix in (ranks.detach().numpy(), ranks.T.detach().numpy())
        for i, row in enumerate(matrix)
    ]
    np.testing.assert_allclose(found.beaten, (np.array(ways[:4]) + np.array(ways[4:])) / 2)


def test_a_matcher_is_asked_of_false_pairs_too(prepared: Any) -> None:
    model, _ = prepared("blip:tiny@random")
    found = task(model, batch=3).loss({})
    with torch.inference_mode():
        own, false = model.output(IMAGES, TEXTS), model.output(IMAGES, [*TEXTS[1:], TEXTS[0]])
    no = -torch.log_softmax(false.logits[:, 0].double(), -1)[:, 0].numpy()
    np.testing.assert_allclose(found.loss, (likelihood(own) + no) / 2, atol=1e-5)


def test_a_writer_predicts_its_caption(prepared: Any) -> None:
    model, _ = prepared("llava:tiny@random")
    with torch.inference_mode():
        output = model.output(IMAGES, TEXTS)
    np.testing.assert_allclose(task(model).loss({}).loss, likelihood(output), atol=1e-5)


def test_guessing_beats_half_of_the_rivals() -> None:
    class Guessing:
        coupled, matches = False, False
        module = torch.nn.Identity()

        def ask(self, images: Any, _: Any, __: Any = None) -> Any:
            shape = (len(images), 3, 11)
            output = Output(torch.zeros(shape), torch.ones(shape[:2], dtype=torch.bool), torch.zeros(shape[:2]).long())
            return lambda _=None: output

    found = Task(Guessing(), IMAGES, TEXTS, 4).loss({})  # type: ignore[arg-type]
    assert found is not None
    np.testing.assert_allclose(found.beaten, 0.5)
    np.testing.assert_allclose(found.loss, np.log(11))


def test_a_matcher_that_says_no_too_often_beats_its_rivals_where_it_tells_them_apart() -> None:
    """The log odds of a match are -3 for true pairs, and -5 for others: each is called no match."""

    class Reluctant:
        coupled, matches = False, True
        module = torch.nn.Identity()
        true = -3.0

        def ask(self, _: Any, captions: Any, __: Any = None) -> Any:
            own = [caption == text for caption, text in zip(captions, TEXTS, strict=True)]
            odds = torch.tensor([self.true if each else -5.0 for each in own])
            logits = torch.stack([torch.zeros_like(odds), odds], dim=-1)[:, None]
            right = torch.ones(logits.shape[:2], dtype=torch.long)
            return lambda _=None: Output(logits, right.bool(), right)

    model = Reluctant()
    found = Task(model, IMAGES, TEXTS, len(IMAGES)).loss({})  # type: ignore[arg-type]
    assert found is not None
    np.testing.assert_allclose(found.beaten, 1.0)
    model.true = -5.0
    blind = Task(model, IMAGES, TEXTS, len(IMAGES)).loss({})  # type: ignore[arg-type]
    assert blind is not None
    np.testing.assert_allclose(blind.beaten, 0.5)


def test_the_temperature_is_the_one_that_serves_all_pairs_best(prepared: Any) -> None:
    found = task(prepared("clip:tiny@random")[0]).loss({})
    assert found.tempered.mean() == found.at.mean(axis=0).min()


@pytest.mark.parametrize("locator", TRAINED)
def test_undoing_what_was_planted_by_rescaling_gives_the_intact_model(locator: str, prepared: Any, pairs: Any) -> None:
    model, layout = prepared(locator)
    spots = next(iter(layout.roles.values()))
    planted = rescale(spots, 8.0)
    as_changes = {site: (change,) for site, change in planted.items()}
    done = Task(model, *pairs, 4)
    intact, harmed = done.loss({}), done.loss(as_changes)
    rescued = done.loss(on_top(as_changes, rescale(spots, 1 / 8)))
    np.testing.assert_allclose(rescued.loss, intact.loss, atol=2e-5)
    assert np.abs(harmed.loss - intact.loss).max() > 1e-4


@pytest.mark.parametrize("locator", TRAINED)
def test_attention_is_that_of_the_pair_before_and_values_are_its_own(locator: str, prepared: Any, pairs: Any) -> None:
    """With all pairs the same, nothing is borrowed; with one, its own; else what it attends to is another's."""
    model, layout = prepared(locator)
    for spots in layout.roles.values():
        changes = {site: (change,) for site, change in resample(spots).items()}
        same = Task(model, [pairs[0][0]] * 3, [pairs[1][0]] * 3, 4)
        np.testing.assert_allclose(same.loss(changes).loss, same.loss({}).loss, atol=2e-5)
        mixed = Task(model, *pairs, 4)
        assert np.abs(mixed.loss(changes).loss - mixed.loss({}).loss).max() > 1e-4


def test_borrowed_attention_is_the_softmax_of_the_queries_and_keys_before() -> None:
    class Attends(torch.nn.Module):
        def forward(self, q: torch.Tensor, k: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
            return torch.nn.functional.scaled_dot_product_attention(q, k, v)

    module = torch.nn.ModuleDict({"site": Attends()})
    q, k, v = (torch.randn(6, 2, 5, 4, generator=torch.Generator().manual_seed(i)) for i in range(3))
    weights = ((q @ k.mT) / 2).softmax(-1)
    for windows in (1, 2):
        with Steering(module, {"site": (Change(resampled=windows),)}):
            found = module["site"](q, k, v)
        torch.testing.assert_close(found, weights.roll(windows, 0) @ v)


def test_a_model_without_answers_has_no_task(prepared: Any) -> None:
    model, layout = prepared("blip:tiny@random")
    model.ask = lambda *_: lambda *_: None
    assert task(model).loss({}) is None
    assert perform(task(model), task(model), layout, {}, (), lambda *_: None) is None


def test_every_role_is_rescaled_and_resampled_and_a_plant_has_a_twin(prepared: Any) -> None:
    model, layout = prepared("clip:tiny@random")
    planted = {site: (change,) for site, change in rescale(layout.roles["vision"], 2.0).items()}
    found = perform(task(model), Task(model, jitter(IMAGES), TEXTS, 4), layout, planted, (), lambda *_: None)
    assert found is not None
    assert found.rescues.keys() == found.resampled.keys() == layout.roles.keys()
    tried = {rescue.factor: rescue.loss.loss for rescue in found.rescues["vision"]}
    assert {1 / 2, 2.0} <= tried.keys() <= set(FACTORS)
    assert found.twin is not None
    np.testing.assert_allclose(found.twin.loss, task(model).loss({}).loss, atol=1e-6)
    np.testing.assert_allclose(tried[1 / 2], found.twin.loss, atol=2e-5)
    plain = perform(task(model), task(model), layout, {}, (), lambda *_: None, rescuing=False)
    assert plain is not None and plain.twin is None
    assert not plain.rescues
    assert plain.resampled.keys() == layout.roles.keys()


def test_a_direction_is_left_as_soon_as_the_task_is_done_surely_worse() -> None:
    asked: list[float] = []
    n = 40
    own = np.linspace(0.1, 0.5, n)

    class Slopes:
        """Softer is worse with each step; sharper makes no difference."""

        def loss(self, changes: Any, site: str) -> TaskLoss:
            factor = changes[site][-1].sharpness
            asked.append(factor)
            loss = own + (0.2 / factor if factor < 1 else 0.0) * np.linspace(0.9, 1.1, n)
            return TaskLoss(np.repeat(loss[:, None], len(TEMPERATURES), axis=1), np.ones(n))

    spot = Spot("vision.0", 2)
    found = rescued(Slopes(), (spot,), {}, Slopes().loss(rescale((spot,), 1.0) | {"vision.0": (Change(),)}, "vision.0"))
    assert asked == [1.0, 0.5, 2.0, 4.0]
    assert [rescue.factor for rescue in found] == asked[1:]


def test_jitter_moves_by_a_pixel_and_changes_hardly_anything_else() -> None:
    found = np.asarray(jitter(IMAGES)[1], dtype=float)
    before = np.asarray(IMAGES[1], dtype=float)
    noise = found[1:, 1:] - before[:-1, :-1]
    assert 1.5 < noise.std() < 2.5
    assert np.array_equal(found, np.asarray(jitter(IMAGES)[1], dtype=float)), "the same again"
