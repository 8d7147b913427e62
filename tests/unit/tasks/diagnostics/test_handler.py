"""The handler: what a diagnostic task leaves behind for the record."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from store.errors import GonogoError
from store.kinds.diagnostics import DiagnosticSpec, Method
from store.models import DataRef, ModelRef
from tasks.diagnostics.handler import measure_attention
from tasks.handler import Blocked, Done, TaskContext

from .conftest import MakeCoco


def carry_out(locator: str, data: DataRef, workspace: Path, scratch: Path) -> Done | Blocked:
    spec = DiagnosticSpec(model=ModelRef.parse(locator), data=data, batch_size=3)
    scratch.mkdir(exist_ok=True)
    return measure_attention(spec, TaskContext(workspace, scratch, artifact=Path))


@pytest.fixture(scope="module")
def done(workspace: Path, few: DataRef, tmp_path_factory: pytest.TempPathFactory) -> Done:
    outcome = carry_out("siglip:tiny@random", few, workspace, tmp_path_factory.mktemp("scratch"))
    assert isinstance(outcome, Done)
    return outcome


def test_the_cited_measurements_are_there_with_intervals_units_and_images(done: Done) -> None:
    found = {measurement.metric: measurement for measurement in done.measurements if measurement.cited}
    for metric in ("mcs_raw", "mcs_norm", "mcs_raw_uniform", "vision_entropy_norm", "layer/01/mcs_norm"):
        assert found[metric].unit == ""
        assert found[metric].n == 4
        assert found[metric].low is not None
        assert found[metric].high is not None
        assert found[metric].low <= found[metric].value <= found[metric].high
    for metric in ("vision_entropy", "text_entropy", "layer/vision/01/entropy", "layer/text/00/entropy"):
        assert found[metric].unit == "nat"
    assert found["latency_s"].unit == found["latency_tapped_s"].unit == "s"
    assert found["peak_bytes"].unit == "B"
    counts = {metric: found[metric].value for metric in ("sites_seen", "sites_expected", "images", "captions")}
    assert counts == {"sites_seen": 5, "sites_expected": 5, "images": 4, "captions": 12}
    assert found["parameters"].value == 104_386


def test_intervals_of_what_lies_between_0_and_1_stay_there(done: Done) -> None:
    bounded = {
        m.metric: (m.low, m.high)
        for m in done.measurements
        if m.low is not None
        and m.high is not None
        and m.metric.endswith(("entropy_norm", "mcs_norm", "mcs_raw", "change"))
        and not m.metric.startswith(("shuffled/", "influence/sites/", "influence/heads/"))
    }
    assert {"mcs_norm", "layer/00/mcs_raw", "null/layer/vision/00/entropy_norm"} <= bounded.keys()
    assert [metric for metric, (low, high) in bounded.items() if not 0 <= low <= high <= 1] == []
    assert any(high == 1 for _, high in bounded.values()), "four images make intervals that reach beyond"
    losses = [m for m in done.measurements if m.metric.startswith("null/") and m.metric.endswith("/loss")]
    assert all(m.high is not None and m.high <= 1 for m in losses)


def heads(done: Done, cited: bool | None = None) -> list[str]:
    """Metrics of heads: all of them, or those that are cited, or are not."""
    found = [m for m in done.measurements if "/head/" in m.metric and m.metric.startswith("site/")]
    return [m.metric for m in found if cited in (None, m.cited)]


def test_every_head_is_logged_and_of_a_small_model_its_entropy_is_cited(done: Done) -> None:
    entropies = [metric for metric in heads(done) if metric.endswith("/entropy_norm")]
    assert len(entropies) == 5 * 2
    assert "site/vision_model.head.attention/head/01/entropy_norm" in entropies
    assert heads(done, cited=True) == entropies


def test_the_heads_of_a_large_model_stay_with_its_run(
    done: Done, workspace: Path, few: DataRef, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tasks.diagnostics.handler.HEADS_CITED", 9)
    larger = carry_out("siglip:tiny@random", few, workspace, tmp_path)
    assert isinstance(larger, Done)
    assert heads(larger, cited=True) == []
    assert heads(larger) == heads(done)
    assert "heads.png" in larger.files


def test_the_facts_tell_where_each_site_is_and_a_pooling_head_has_an_entropy_of_its_own(done: Done) -> None:
    places = done.facts.sites
    assert sorted(places.values()) == ["pooling", "text/00", "text/01", "vision/00", "vision/01"]
    assert places["vision_model.head.attention"] == "pooling"
    pooling = next(m for m in done.measurements if m.metric == "site/vision_model.head.attention/entropy_norm")
    assert pooling.cited and pooling.low is not None


def test_the_share_of_entropy_that_each_layer_lost_is_cited_beside_its_null(done: Done) -> None:
    cited = {m.metric for m in done.measurements if m.cited}
    for layer in ("vision/00", "vision/01", "text/00", "text/01"):
        assert {f"null/layer/{layer}/entropy_norm", f"null/layer/{layer}/loss"} <= cited


def test_the_scores_of_each_layer_are_cited_beside_those_of_untrained_twins(done: Done) -> None:
    found = {m.metric: m for m in done.measurements if m.cited}
    for score in ("layer/00/mcs_norm", "layer/01/mcs_norm", "layer/00/mcs_raw", "layer/01/mcs_raw"):
        null = found[f"null/{score}"]
        assert null.low is not None and null.high is not None
        assert 0 < null.low < null.value < null.high < 1
        assert null.low < found[score].value < null.high, "the model is itself a random initialisation"


def test_a_gated_site_is_named_by_its_own_role_and_layer(workspace: Path, few: DataRef, tmp_path: Path) -> None:
    done = carry_out("mllama:tiny@random", few, workspace, tmp_path)
    assert isinstance(done, Done)
    of_layers = [m.metric.rsplit("/", 1) for m in done.measurements if m.metric.startswith("layer/")]
    gated = {layer for layer, measure in of_layers if measure == "gated_influence"}
    assert {layer.split("/")[1] for layer in gated} == {"vision", "cross"}
    assert gated < {layer for layer, measure in of_layers if measure == "entropy_norm"}


def test_the_losses_of_heads_are_logged_but_not_cited(done: Done) -> None:
    heads = [m for m in done.measurements if m.metric.startswith("null/head/")]
    assert [m.metric for m in heads[:2]] == ["null/head/vision/00/00/loss", "null/head/vision/00/01/loss"]
    assert len(heads) == 4 * 2, "of layers alone, which the pooling head is not"
    assert not any(m.cited for m in heads)
    assert all(m.low is not None and m.low <= m.value for m in heads)


def test_every_measurement_is_finite_and_its_key_fit_for_mlflow(done: Done) -> None:
    keys = [measurement.metric for measurement in done.measurements]
    assert len(set(keys)) == len(keys)
    assert all(re.fullmatch(r"[\w\-. :/]{1,250}", key) for key in keys)
    assert all(math.isfinite(measurement.value) for measurement in done.measurements)


def test_the_facts_say_that_the_weights_are_random_and_why_a_metric_is_missing(done: Done) -> None:
    assert done.facts.weights == "random initialisation (untrained)"
    assert done.facts.model == "siglip:tiny@random"
    assert done.facts.harm == "undecided"
    assert done.facts.harm_reason == "Fewer than 30 pairs were asked."
    assert done.facts.undefined["vision_cls_entropy"] == "the vision tower has no class token"
    assert {"seed", "batch_size", "data_digest", "version/torch"} <= done.parameters.keys()
    assert not re.search(r"\d", done.summary)


def per_image(samples: Mapping[str, NDArray[np.float64]], metric: str) -> NDArray[np.float64]:
    """The values behind a metric; those of sites are kept by head."""
    if not metric.startswith("site/"):
        return samples[metric]
    site, _, head = metric.removesuffix("/entropy_norm").partition("/head/")
    by_head = samples[f"{site}/entropy_norm"]
    return by_head[:, int(head)] if head else np.asarray(by_head.mean(axis=1))


def test_the_samples_hold_every_metric_per_image_and_every_site_per_head(done: Done) -> None:
    with np.load(done.files["samples.npz"], allow_pickle=False) as samples:
        assert samples["image_ids"].tolist() == [0, 1, 2, 3]
        assert samples["image_ids"].dtype == np.int64
        for measurement in done.measurements:
            if measurement.cited and measurement.n is not None:
                values = per_image(samples, measurement.metric)
                assert (values.shape, values.dtype) == ((measurement.n,), np.float64)
                assert values.mean() == pytest.approx(measurement.value)
        site = samples["site/vision_model.head.attention/entropy"]
        assert site.shape == (4, 2)


def test_the_samples_are_the_same_bytes_again(done: Done, workspace: Path, few: DataRef, tmp_path: Path) -> None:
    again = carry_out("siglip:tiny@random", few, workspace, tmp_path / "again")
    assert isinstance(again, Done)
    assert again.files["samples.npz"].read_bytes() == done.files["samples.npz"].read_bytes()


def test_the_diagnosis_is_kept_as_json(done: Done) -> None:
    data = json.loads(done.files["diagnosis.json"].read_text())
    assert data["schema"] == "gonogo.diagnose/3"
    assert data["sites_complete"] is True


def test_weights_that_cannot_be_had_block_the_task(workspace: Path, few: DataRef, tmp_path: Path) -> None:
    outcome = carry_out("siglip:base-patch16-224@owner/name", few, workspace, tmp_path)
    assert isinstance(outcome, Blocked)
    assert "owner/name" in outcome.reason
    assert outcome.remedy


def test_a_missing_library_blocks_the_task(
    workspace: Path, few: DataRef, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "transformers", None)
    outcome = carry_out("siglip:tiny@random", few, workspace, tmp_path)
    assert isinstance(outcome, Blocked)
    assert "transformers" in outcome.reason
    assert "gonogo[diagnostics]" in outcome.remedy


def test_bad_data_blocks_the_task_and_leaves_nothing(tmp_path: Path) -> None:
    data = DataRef(source="coco", images=".", n=1)
    outcome = carry_out("siglip:tiny@random", data, tmp_path, tmp_path / "scratch")
    assert isinstance(outcome, Blocked)
    assert "holds no captions" in outcome.reason
    assert list((tmp_path / "scratch").iterdir()) == []


UNFIT = {
    "a layer": ("clip:tiny@random#tower=vision,layers=7,scale=8", "there are 2 vision layers; name any of 0 to 1"),
    "a head": ("clip:tiny@random#tower=vision,heads=2,scale=8", "has 2 heads; name any of 0 to 1"),
    "a tower": ("align:tiny@random#tower=vision,scale=8", "the model has no vision attention; it has text; name what"),
    "a stream": ("clip:tiny@random#tower=text_stream,scale=8", "has no text_stream attention; it has vision, text"),
}
"""What a plant names that the model lacks -> the model, and what is said."""


@pytest.mark.parametrize("what", UNFIT)
def test_a_plant_that_the_model_has_no_place_for_blocks_the_task(
    what: str, workspace: Path, few: DataRef, tmp_path: Path
) -> None:
    locator, said = UNFIT[what]
    outcome = carry_out(locator, few, workspace, tmp_path)
    assert isinstance(outcome, Blocked)
    assert said in outcome.reason
    assert outcome.remedy


def test_a_device_that_is_not_there_blocks_the_task(workspace: Path, few: DataRef, tmp_path: Path) -> None:
    spec = DiagnosticSpec(model=ModelRef.parse("clip:tiny@random"), data=few, method=Method(device="cuda:99"))
    outcome = measure_attention(spec, TaskContext(workspace, tmp_path, artifact=Path))
    assert isinstance(outcome, Blocked)
    assert "device cuda:99: there are" in outcome.reason


def spoilt(name: str, value: float, tmp_path: Path) -> str:
    """A small CLIP with one weight of a value that leaves no sum finite, which it holds for a number."""
    from safetensors.torch import load_file, save_file

    from tasks.diagnostics.families import find_family

    device = __import__("torch").device("cpu")
    loaded = find_family("clip").load(ModelRef.parse("clip:tiny@random"), tmp_path, 0, device)
    loaded.module.save_pretrained(tmp_path / "spoilt")
    file = tmp_path / "spoilt" / "model.safetensors"
    weights = load_file(file)
    weights[name].fill_(value)
    save_file(weights, file, {"format": "pt"})
    return "clip:mine@spoilt"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("vision_model.encoder.layers.0.self_attn.q_proj.weight", "attention scores are not finite"),
        ("text_projection.weight", "the model's output is not finite"),
    ],
)
def test_what_is_not_finite_blocks_the_task(name: str, said: str, tmp_path: Path) -> None:
    data = DataRef(source="shapes", n=2, captions_per_image=1)
    outcome = carry_out(spoilt(name, 3e38, tmp_path), data, tmp_path, tmp_path / "scratch")
    assert isinstance(outcome, Blocked)
    assert said in outcome.reason


def test_a_want_of_memory_is_no_reason_to_give_up_on_a_model(
    workspace: Path, few: DataRef, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise GonogoError("clip:tiny@random: out of memory on cpu, even for one image; take a smaller model")

    monkeypatch.setattr("tasks.diagnostics.handler.diagnose", full)
    with pytest.raises(GonogoError, match="out of memory"):
        carry_out("clip:tiny@random", few, workspace, tmp_path)


def test_captions_that_were_cut_are_counted_and_told(tmp_path: Path, make_coco: MakeCoco) -> None:
    def lengthen(document: dict[str, Any]) -> None:
        document["annotations"][1]["caption"] = "star " * 40

    images, annotations = make_coco(n=2, captions=2, change=lengthen)
    for captions, cut in ((1, 0), (2, 1)):
        data = DataRef(
            source="coco", images=str(images), annotations=str(annotations), n=2, captions_per_image=captions
        )
        done = carry_out("clip:tiny@random", data, tmp_path, tmp_path / "scratch")
        assert isinstance(done, Done)
        found = {m.metric: m.value for m in done.measurements}
        assert found.get("captions_cut", 0) == cut
        assert bool(done.facts.truncated) == (cut > 0)
        assert json.loads(done.files["diagnosis.json"].read_text())["captions_cut"] == cut


def test_a_loss_is_undefined_for_the_reason_of_its_entropy_or_for_want_of_a_null(
    few: DataRef, workspace: Path, tmp_path: Path
) -> None:

    for locator, nulls, said in (
        ("align:tiny@random", 2, "EfficientNet, which has no attention"),
        ("clip:tiny@random", 0, "no null of random initialisation was measured"),
    ):
        method = Method(nulls=nulls, influence="none")
        spec = DiagnosticSpec(model=ModelRef.parse(locator), data=few, metric="vision_entropy_loss", method=method)
        outcome = measure_attention(spec, TaskContext(workspace, tmp_path, artifact=Path))
        assert isinstance(outcome, Blocked)
        assert said in outcome.reason
