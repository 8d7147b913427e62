"""The pictures of a diagnosis: files that can be looked at, with a panel for every role and nothing made up."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from store.kinds.diagnostics import Method
from store.models import DataRef, ModelRef
from tasks.diagnostics import pictures
from tasks.diagnostics.diagnose import diagnose
from tasks.diagnostics.diagnosis import Diagnosis, Nulls, Site
from tasks.diagnostics.loss_verdict import LossVerdict
from tasks.diagnostics.pictures import draw

LOCATORS = {
    "clip:tiny@random": ["vision", "text"],
    "idefics:tiny@random": ["vision", "text", "cross"],
    "vilt:tiny@random": ["fusion"],
    "bridgetower:tiny@random": ["vision", "text", "vision_stream", "text_stream", "cross", "cross_reverse"],
    "align:tiny@random": ["text"],
    "openclip:shapes-clip@zoo#tower=vision,layers=1-2,scale=8": ["vision", "text"],
}
"""Model -> roles with layers, in the order of their panels."""

PLANTED = "openclip:shapes-clip@zoo#tower=vision,layers=1-2,scale=8"

Found = Callable[[str], Diagnosis]


@pytest.fixture(scope="module")
def found(workspace: Path) -> Found:
    """The diagnosis of a model on a few images, or on as many as a verdict needs where something is planted."""
    kept: dict[str, Diagnosis] = {}

    def diagnosed(locator: str) -> Diagnosis:
        if locator not in kept:
            data = DataRef(source="shapes", n=30 if "#" in locator else 3, captions_per_image=1)
            method = Method(nulls=4 if "#" in locator else 0, influence="none")
            kept[locator] = diagnose(ModelRef.parse(locator), data, workspace, method=method)
        return kept[locator]

    return diagnosed


@pytest.fixture(autouse=True)
def no_warnings() -> object:
    """Nothing is drawn that matplotlib or NumPy complains of, such as a mean of nothing."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def figures(found: Diagnosis) -> tuple[Figure, Figure]:
    layers, heads = pictures._layers(found), pictures._heads(found)
    assert layers is not None
    assert heads is not None
    return layers, heads


def titles(figure: Figure) -> list[str]:
    return [axes.get_title() for axes in figure.axes if axes.get_title()]


@pytest.mark.parametrize("locator", ["vilt:tiny@random", PLANTED])
def test_the_files_are_pictures_of_something(locator: str, found: Found, tmp_path: Path) -> None:
    kept = draw(found(locator), tmp_path)
    assert set(kept) == {"layers.png", "heads.png"}
    assert {path.name for path in tmp_path.iterdir()} == set(kept)
    for path in kept.values():
        assert path.read_bytes().startswith(b"\x89PNG\r\n\x1a\n")
        with Image.open(path) as image:
            pixels = np.asarray(image.convert("RGB")).reshape(-1, 3)
            assert image.width > 400
            assert image.height > 400
        colours, counts = np.unique(pixels, axis=0, return_counts=True)
        assert len(colours) > 50
        assert counts.max() < 0.97 * len(pixels), "it is not blank"


@pytest.mark.parametrize("locator", LOCATORS)
def test_each_role_has_its_panel_and_each_layer_its_point(locator: str, found: Found) -> None:
    diagnosis, roles = found(locator), LOCATORS[locator]
    layers, heads = figures(diagnosis)
    scored = ["mcs_norm", "mcs_raw"] if "mcs_norm" in diagnosis.values else []
    assert titles(layers) == roles + scored
    assert titles(heads) == roles
    for role, axes in zip(roles, layers.axes, strict=False):
        sites = [site for site in diagnosis.sites if site.role == role]
        lines = {line.get_label(): line for line in axes.lines}
        drawn = lines[f"{role}, measured"].get_xydata()
        expected = [(site.layer, site.entropy_norm.mean()) for site in sites]
        np.testing.assert_allclose(drawn, np.array(expected, dtype=float))
        assert "uniform attention" in lines
        assert axes.get_ylim() == (0, 1.05)
    for role, axes in zip(roles, heads.axes, strict=False):
        (shown,) = axes.images
        expected_heads = [site.entropy_norm.mean(axis=0) for site in diagnosis.sites if site.role == role]
        np.testing.assert_allclose(shown.get_array(), expected_heads)
        assert shown.get_clim() == (0, 1)


def test_the_band_of_the_null_is_that_of_the_losses_and_collapsed_layers_are_marked(found: Found) -> None:
    diagnosis = found(PLANTED)
    assert diagnosis.kinds.collapsed == {"peaked": ("vision/01", "vision/02")}
    layers, _ = figures(diagnosis)
    vision, text = layers.axes[:2]
    (band,) = vision.collections
    ends = band.get_paths()[0].vertices
    bounds = [loss for loss in diagnosis.losses.layers if loss.name.startswith("vision/")]
    assert ends[:, 1].min() == pytest.approx(min(loss.null_low for loss in bounds))
    assert ends[:, 1].max() == pytest.approx(max(loss.null_high for loss in bounds))
    marks = [line for line in vision.lines if line.get_label() == "a kind of collapse"]
    assert [line.get_xdata().tolist() for line in marks] == [[1, 2]]
    assert not any(line.get_label() == "a kind of collapse" for line in text.lines)
    legend = [entry.get_text() for entry in layers.legends[0].get_texts()]
    assert legend == [
        "random initialisation",
        "uniform attention",
        "vision, measured",
        "a kind of collapse",
        "text, measured",
        "mcs_norm, measured",
        "mcs_raw, measured",
    ], "each once, for all panels"


def test_both_scores_lie_beside_the_bands_of_their_twins_and_beside_what_uniform_attention_gives(found: Found) -> None:
    diagnosis = found(PLANTED)
    layers, _ = figures(diagnosis)
    uniform = {"mcs_norm": 0.5, "mcs_raw": diagnosis.values["mcs_raw_uniform"].mean()}
    assert uniform["mcs_raw"] > 0.6
    for metric, axes in zip(("mcs_norm", "mcs_raw"), layers.axes[2:4], strict=True):
        bands = [diagnosis.score_nulls[f"layer/{layer:02d}/{metric}"] for layer in range(3)]
        (drawn,) = axes.collections
        ends = drawn.get_paths()[0].vertices
        assert ends[:, 1].min() == pytest.approx(min(band.low for band in bands))
        assert ends[:, 1].max() == pytest.approx(max(band.high for band in bands))
        lines = {line.get_label(): line.get_ydata() for line in axes.lines}
        assert lines["uniform attention"] == pytest.approx([uniform[metric]] * 2)
        measured = lines[f"{metric}, measured"]
        assert [low < value for low, value in zip([band.low for band in bands], measured, strict=True)] == [
            True, False, False
        ], "the planted layers lie below all twins"  # fmt: skip


def test_without_a_null_there_is_no_band(found: Found) -> None:
    diagnosis = found(PLANTED)
    bare = replace(
        diagnosis,
        nulls=Nulls(None, {}),
        losses=LossVerdict("inconclusive", ""),
    )
    layers, _ = figures(bare)
    assert not any(axes.collections for axes in layers.axes)


def test_heads_and_layers_without_a_value_are_left_white(found: Found, tmp_path: Path) -> None:
    diagnosis = found("clip:tiny@random")
    first, *others = diagnosis.sites
    values = first.entropy_norm.copy()
    values[:, 1] = np.nan  # a head of which no row counts on some image
    broken = replace(first, statistics={**first.statistics, "entropy_norm": values})
    wide = Site("vision_model.wide", "vision", 2, {name: np.tile(x, 2) for name, x in others[0].statistics.items()})
    lost = ("layer/vision/00/entropy_norm", "layer/00/mcs_norm")
    kept = {name: x for name, x in diagnosis.values.items() if name not in lost}
    changed = replace(diagnosis, sites=(broken, others[0], wide, *others[1:]), values=kept)
    layers, heads = figures(changed)
    table = heads.axes[0].images[0].get_array()
    assert table.shape == (3, 4)
    holes = np.isnan(np.ma.filled(table, np.nan))
    assert holes.tolist() == [[False, True, True, True], [False, False, True, True], [False] * 4]
    (line,) = [line for line in layers.axes[0].lines if line.get_label() == "vision, measured"]
    assert np.isnan(line.get_ydata()).tolist() == [True, False, True]
    scores = {line.get_label(): line.get_ydata() for axes in layers.axes[-2:] for line in axes.lines}
    assert np.isnan(scores["mcs_norm, measured"]).tolist() == [True, False]
    assert np.isfinite(scores["mcs_raw, measured"]).all()
    assert len(draw(changed, tmp_path)) == 2


def test_a_pooling_head_is_no_layer_and_a_model_without_layers_has_no_picture(found: Found, tmp_path: Path) -> None:
    diagnosis = found("idefics:tiny@random")
    pooling = tuple(site for site in diagnosis.sites if site.role == "pooling")
    assert pooling
    assert draw(replace(diagnosis, sites=pooling), tmp_path) == {}
    assert draw(replace(diagnosis, sites=()), tmp_path) == {}
    assert list(tmp_path.iterdir()) == []


def test_the_same_diagnosis_is_drawn_in_the_same_bytes_and_leaves_no_style_behind(found: Found, tmp_path: Path) -> None:
    import matplotlib

    before = dict(matplotlib.rcParams)
    drawn = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        drawn.append([path.read_bytes() for path in draw(found("clip:tiny@random"), tmp_path / name).values()])
    assert drawn[0] == drawn[1]
    assert dict(matplotlib.rcParams) == before
