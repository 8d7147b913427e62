"""The null of shuffled pairs: two towers do not notice, a model in which the modalities meet does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from scipy import stats

from store.models import DataRef, Plant
from tasks.diagnostics.datasets import open_data
from tasks.diagnostics.datasets.images import read_image
from tasks.diagnostics.image_metrics import image_metrics
from tasks.diagnostics.intervention.planting import planted
from tasks.diagnostics.measures import Floats
from tasks.diagnostics.measuring import Measuring
from tasks.diagnostics.nulls.shuffled_pairs import METRICS, Shift, shuffled_embeddings, shuffled_pairs
from tasks.diagnostics.site_layout import SiteLayout, find_layout

Load = Callable[..., Any]
Batches = list[tuple[list[Any], list[Sequence[str]]]]


@pytest.fixture(scope="module")
def batches(workspace: Path) -> Batches:
    """Ten images with two captions each, in batches of four."""
    samples = open_data(DataRef(source="shapes", n=10, captions_per_image=2), workspace).samples
    images, captions = [read_image(sample)[0] for sample in samples], [sample.captions for sample in samples]
    return [(images[start : start + 4], list(captions[start : start + 4])) for start in range(0, 10, 4)]


def metrics(model: Any, layout: SiteLayout, batches: Batches, planted: Any = None) -> dict[str, Floats]:
    measuring = Measuring(model, layout, planted)
    with torch.inference_mode():
        for images, captions in batches:
            measuring.run(len(images), model.passes(images, captions))
    return image_metrics(measuring.record, model.absent).values


def turned(batches: Batches) -> Batches:
    """Each image's captions with the next image, the last one's with the first."""
    images = [image for some, _ in batches for image in some]
    following = iter([*images[1:], images[0]])
    return [([next(following) for _ in some], captions) for some, captions in batches]


def layout_of(model: Any, batches: Batches) -> SiteLayout:
    images, captions = batches[0]
    return find_layout(model, images[:1], captions[:1])


def shifts(model: Any, batches: Batches, matched: dict[str, Floats], planted: Any = None) -> dict[str, Shift]:
    with torch.inference_mode():
        return shuffled_pairs(model, layout_of(model, batches), batches, planted or {}, matched)


@pytest.mark.parametrize("locator", ["openclip:shapes-clip@zoo", "clip:tiny@random"])
def test_the_towers_of_a_dual_encoder_do_not_notice(
    locator: str, batches: Batches, load_model: Load, workspace: Path
) -> None:
    model = load_model(locator, workspace)
    matched = metrics(model, layout_of(model, batches), batches)
    found = shifts(model, batches, matched)
    assert found.keys() == {"mcs_raw", "mcs_norm", "text_entropy_norm"}
    assert found["text_entropy_norm"] == Shift(0.0, 0.0, 0.0), "the same texts were read, bit for bit"
    for score in ("mcs_raw", "mcs_norm"):
        # the same entropies in other pairs: their ratio moves with how they vary together, and not at first order
        spread = matched[score].std()
        assert abs(found[score].difference) < 0.05 * spread
        assert found[score].low < 0 < found[score].high


@pytest.mark.parametrize("locator", ["openclip:shapes-clip@zoo", "clip:tiny@random"])
def test_of_towers_that_do_not_meet_the_same_is_told_without_running_them(
    locator: str, batches: Batches, load_model: Load, workspace: Path
) -> None:
    model = load_model(locator, workspace)
    more = [*batches, (batches[0][0][:2], batches[0][1][2:4])]  # two images beyond the ten
    measuring = Measuring(model, layout_of(model, batches))
    with torch.inference_mode():
        for images, captions in more:
            measuring.run(len(images), model.passes(images, captions))
    told = shuffled_embeddings(measuring.record, model.absent, 10)
    run = shifts(model, batches, image_metrics(measuring.record, model.absent).values)
    assert told.keys() == run.keys()
    for name, shift in told.items():
        assert (shift.difference, shift.low, shift.high) == pytest.approx(
            (run[name].difference, run[name].low, run[name].high), abs=1e-7
        )
    assert told["mcs_norm"].high > 0, "pairs were exchanged"


@pytest.mark.parametrize(
    ("locator", "metric"),
    [
        ("blip:shapes-blip@zoo", "cross_entropy_norm"),
        ("idefics:shapes-idefics@zoo", "cross_entropy_norm"),
        ("llava:shapes-llava@zoo", "fusion_log_odds"),
    ],
)
def test_a_model_in_which_the_modalities_meet_notices(
    locator: str, metric: str, batches: Batches, load_model: Load, workspace: Path
) -> None:
    model = load_model(locator, workspace)
    matched = metrics(model, layout_of(model, batches), batches)
    found = shifts(model, batches, matched)
    assert metric in found
    assert found.keys() == {name for name in METRICS if name in matched}
    for name in (metric, "text_entropy_norm"):
        assert abs(found[name].difference) > 1e-4, name


@pytest.mark.parametrize("locator", ["openclip:shapes-clip@zoo", "blip:shapes-blip@zoo"])
def test_the_captions_of_each_image_are_given_the_next_image_across_batches(
    locator: str, batches: Batches, load_model: Load, workspace: Path
) -> None:
    model = load_model(locator, workspace)
    found = shifts(model, batches, metrics(model, layout_of(model, batches), turned(batches)))
    assert "mcs_norm" in found
    assert set(found.values()) == {Shift(0.0, 0.0, 0.0)}


def test_it_is_the_mean_difference_over_images_with_its_t_interval(
    batches: Batches, load_model: Load, workspace: Path
) -> None:
    model = load_model("blip:shapes-blip@zoo", workspace)
    shuffled = metrics(model, layout_of(model, batches), turned(batches))
    drawn = np.random.default_rng(0)
    matched = {name: drawn.normal(size=12) for name in METRICS}  # of more images than are shuffled: the first ten count
    for name, shift in shifts(model, batches, matched).items():
        differences = matched[name][:10] - shuffled[name]
        low, high = stats.ttest_1samp(differences, 0).confidence_interval(0.95)
        assert shift.difference == pytest.approx(differences.mean())
        assert (shift.low, shift.high) == pytest.approx((low, high))


def test_what_is_planted_stays_in_place(batches: Batches, load_model: Load, workspace: Path) -> None:
    model = load_model("openclip:shapes-clip@zoo", workspace)
    layout = layout_of(model, batches)
    changes = planted(layout, Plant.parse("tower=text,scale=8"))
    matched = metrics(model, layout, batches, changes)
    assert shifts(model, batches, matched, changes)["text_entropy_norm"] == Shift(0.0, 0.0, 0.0)
    assert shifts(model, batches, matched)["text_entropy_norm"].difference < -0.05
