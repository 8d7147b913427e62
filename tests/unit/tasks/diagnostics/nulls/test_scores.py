"""The null of a layer's score: where one more untrained twin would lie, on the same images."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from tasks.diagnostics.image_metrics import image_metrics
from tasks.diagnostics.measuring import Measuring
from tasks.diagnostics.nulls.random_init import measure_random_init
from tasks.diagnostics.nulls.scores import score_bands
from tasks.diagnostics.site_layout import find_layout
from tasks.statistics.draws import against_draws

Load = Callable[..., Any]
IMAGES = [Image.new("RGB", (64, 64), (60 * i, 90, 120)) for i in range(3)]
CAPTIONS = [("a red circle", "a star"), ("two shapes", "one cross"), ("a ring", "a small square")]


def test_the_scores_of_twins_are_those_that_a_diagnosis_of_them_would_find(load_model: Load, tmp_path: Path) -> None:
    model = load_model("clip:tiny@random", tmp_path)
    layout = find_layout(model, IMAGES, CAPTIONS)
    with torch.inference_mode():
        passes = model.passes(IMAGES, CAPTIONS)
        null = measure_random_init(model, layout, [(3, passes)], (5, 6), None, "these", {}, lambda *_: None)
        for draw, seed in enumerate((5, 6)):
            with model.untrained(seed):
                twin = Measuring(model, layout)
                twin.run(3, passes)
            values = image_metrics(twin.record, {}).values
            for metric in ("layer/00/mcs_raw", "layer/01/mcs_norm"):
                assert np.array_equal(null.scores[metric][draw], values[metric])


def test_a_band_is_where_one_more_draw_lies() -> None:
    rng = np.random.default_rng(0)
    draws = 0.51 + rng.normal(0, 0.004, (8, 1)) + rng.normal(0, 0.02, (8, 30))
    values = {"layer/00/mcs_norm": np.full(30, 0.3), "mcs_raw_uniform": rng.normal(0.75, 0.05, 30)}
    bands = score_bands(values, {"layer/00/mcs_norm": draws, "layer/01/mcs_norm": draws})
    assert bands.keys() == {"layer/00/mcs_norm"}, "the model has no score at the other layer"
    (band,) = bands.values()
    null = against_draws(values["layer/00/mcs_norm"], draws)
    assert (band.mean, band.low, band.high) == (null.null, null.null_low, null.null_high)


def test_the_band_of_the_raw_score_is_that_of_all_images_and_not_of_the_first_alone() -> None:
    """Untrained twins score near uniform attention, which follows the lengths of captions; the first are short ones."""
    rng = np.random.default_rng(1)
    uniform = np.concatenate([np.full(20, 0.85), np.full(40, 0.70)]) + rng.normal(0, 0.01, 60)
    offsets = rng.normal(0.005, 0.002, (8, 1))
    everywhere = uniform + offsets
    values = {"layer/00/mcs_raw": uniform - 0.1, "layer/00/mcs_norm": np.full(60, 0.4), "mcs_raw_uniform": uniform}
    found = score_bands(
        values, {"layer/00/mcs_raw": everywhere[:, :20], "layer/00/mcs_norm": 0.5 + offsets + uniform[:20] * 0}
    )
    band = found["layer/00/mcs_raw"]
    whole = against_draws(values["layer/00/mcs_raw"], everywhere)
    assert (band.mean, band.low, band.high) == pytest.approx((whole.null, whole.null_low, whole.null_high))
    assert band.high < everywhere[:, :20].mean(), "without the lengths it would lie far too high"
    assert found["layer/00/mcs_norm"].mean == pytest.approx(0.5 + offsets.mean()), (
        "the normalised score does not follow them"
    )


def test_a_band_stays_between_0_and_1() -> None:
    draws = np.clip(np.random.default_rng(2).normal(0.97, 0.05, (8, 1)) + np.zeros((8, 4)), 0, 1)
    (band,) = score_bands({"layer/00/mcs_raw": np.full(4, 0.9)}, {"layer/00/mcs_raw": draws}).values()
    assert band.low < band.mean < band.high == 1
