"""The handler: what a diagnostic task leaves behind for the record."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from store.errors import BadInput
from store.specs import DataRef, Diagnostic, Method, ModelRef
from tasks.diagnostics.handler import measure_attention
from tasks.handler import Blocked, Done, Run


def carry_out(locator: str, data: DataRef, workspace: Path, scratch: Path) -> Done | Blocked:
    spec = Diagnostic(model=ModelRef.parse(locator), data=data, batch_size=3)
    scratch.mkdir(exist_ok=True)
    return measure_attention(spec, Run(workspace, scratch, artifact=Path))


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
    places = {label: place for label, place in done.facts.items() if label.startswith("Site ")}
    assert sorted(places.values()) == ["pooling", "text/00", "text/01", "vision/00", "vision/01"]
    assert places["Site vision_model.head.attention"] == "pooling"
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
    assert done.facts["Weights"] == "random initialisation (untrained)"
    assert done.facts["Model"] == "siglip:tiny@random"
    assert done.facts["Verdict"] == "inconclusive"
    assert done.facts["Undefined: vision_cls_entropy"] == "the vision tower has no class token"
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
    assert data["schema"] == "gonogo.diagnose/2"
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


def test_bad_data_fails_and_leaves_nothing(tmp_path: Path) -> None:
    data = DataRef(source="coco", images=".", n=1)
    with pytest.raises(BadInput, match="holds no captions"):
        carry_out("siglip:tiny@random", data, tmp_path, tmp_path / "scratch")
    assert list((tmp_path / "scratch").iterdir()) == []


def test_a_loss_is_undefined_for_the_reason_of_its_entropy_or_for_want_of_a_null(
    few: DataRef, workspace: Path, tmp_path: Path
) -> None:

    for locator, nulls, said in (
        ("align:tiny@random", 2, "EfficientNet, which has no attention"),
        ("clip:tiny@random", 0, "no null of random initialisation was measured"),
    ):
        method = Method(nulls=nulls, influence="none")
        spec = Diagnostic(model=ModelRef.parse(locator), data=few, metric="vision_entropy_loss", method=method)
        outcome = measure_attention(spec, Run(workspace, tmp_path, artifact=Path))
        assert isinstance(outcome, Blocked)
        assert said in outcome.reason
