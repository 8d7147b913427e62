from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from store.errors import BadInput
from store.kinds.statistics import Source, StatisticsSpec
from tasks.handler import Done, Measurement, TaskContext
from tasks.statistics.handler import compare_models

Keep = Callable[..., Source]
N = 60


@pytest.fixture
def sources(keep: Keep) -> tuple[Source, ...]:
    """Three models in two looks each: one collapsed, one balanced, one that never varies."""
    rng = np.random.default_rng(11)
    ids, image = rng.permutation(10_000)[: 2 * N], rng.normal(0, 0.05, 2 * N)
    values = {
        "clip-b32": 0.85 + image + rng.normal(0, 0.03, 2 * N),
        "siglip": 0.55 + image + rng.normal(0, 0.03, 2 * N),
        "stuck": np.full(2 * N, 0.75),
    }
    return tuple(
        keep(model, image_ids=ids[look], mcs=x[look], other=-x[look])
        for model, x in values.items()
        for look in (slice(0, N), slice(N, None))
    )


def ask(sources: tuple[Source, ...], **changes: Any) -> StatisticsSpec:
    asked = StatisticsSpec(
        sources=sources, metric="mcs", null=0.5, threshold=0.7, alpha=0.05, at_least=(2, 3), look=2, looks=2,
        resamples=1_000,
    )  # fmt: skip
    return asked.model_copy(update=changes)


def answer(spec: StatisticsSpec, context: TaskContext) -> Done:
    outcome = compare_models(spec, context)
    assert isinstance(outcome, Done)
    return outcome


def by_key(outcome: Done) -> dict[str, Measurement]:
    found = {each.metric: each for each in outcome.measurements}
    assert len(found) == len(outcome.measurements), "each key occurs once"
    return found


def test_two_looks_at_three_models_end_in_counts(sources: tuple[Source, ...], context: TaskContext) -> None:
    found = by_key(answer(ask(sources), context))
    counts = {key: each.value for key, each in found.items() if key.startswith("count/")}
    assert counts == {"count/models": 3, "count/collapsed": 1, "count/cleared": 1, "count/undetermined": 1}
    assert found["alpha/look"].value == 0.025
    assert found["model/clip-b32/mean"].n == 2 * N, "both looks are joined"


SHOWN = {"clip-b32": "collapse", "siglip": "clear"}


def test_every_number_has_the_key_that_reports_look_it_up_by(sources: tuple[Source, ...], context: TaskContext) -> None:
    model = [
        "mean", "sd", "p_null", "t_null", "df", "dz_null", "dz_threshold", "g_threshold", "skew", "shapiro_p",
        "collapse/p_signed_rank", "collapse/p_sign_flip", "collapse/p_bootstrap_t", "collapse/boundary",
        "collapse/p_max_t", "mean_any_look",
        "clear/boundary", "balanced/p", "balanced/margin", "left_out/p_low", "left_out/p_high",
        *(f"{way}/{p}" for way in ("collapse", "clear") for p in ("p", "p_looks", "p_adjusted", "log10_e")),
        *(f"{way}/shift/alpha_over_{j}" for way in ("collapse", "clear") for j in (1, 2, 3)),
    ]  # fmt: skip
    claim = ["error_bound", "error_independent", "power"]
    assert set(by_key(answer(ask(sources), context))) == {
        *(f"count/{each}" for each in ("models", "collapsed", "cleared", "undetermined")),
        *("alpha", "alpha/look", "power/n_for_medium_effect", "power/mde"),
        *(f"claim/{k}_of_3/{rule}{each}" for k in (2, 3) for rule in ("", "uncorrected_") for each in claim),
        *(f"model/{each}/{what}" for each in ("clip-b32", "siglip") for what in model),
        # no number of images shows the direction in which a mean does not lie
        *(f"model/{each}/{way}/images/alpha_over_{j}" for each, way in SHOWN.items() for j in (1, 2, 3)),
        *(f"across/independent/{what}" for what in ("mean", "i2", "tau2", "q_p")),
        *(f"sequential/{k}_of_3/p" for k in (1, 2, 3)),
        *(f"pair/clip-b32/siglip/{what}" for what in ("difference", "t", "p", "p_holm", "dz", "d_av")),
    }


def test_measurements_are_finite_cited_and_valid_for_the_tracker(
    sources: tuple[Source, ...], context: TaskContext
) -> None:
    outcome = answer(ask(sources), context)
    for each in outcome.measurements:
        assert re.fullmatch(r"[\w\-. :/]+", each.metric)
        assert each.cited
        assert np.isfinite(each.value)
    bounded = {each.metric for each in outcome.measurements if each.low is not None}
    assert {key.rpartition("/")[2] for key in bounded} == {
        "mean",
        "mean_any_look",
        "dz_threshold",
        "dz_null",
        "difference",
        "dz",
    }
    for each in outcome.measurements:
        assert each.low is None or (each.high is not None and each.low < each.value < each.high)


def test_facts_say_what_was_tested_and_why_a_model_was_not(sources: tuple[Source, ...], context: TaskContext) -> None:
    outcome = answer(ask(sources), context)
    assert outcome.facts.unit_of_analysis == "image"
    assert outcome.facts.looks.startswith("2 of 2: each look is tested at an equal part of alpha")
    assert outcome.facts.collapse == "the mean of mcs is greater than the threshold"
    assert "rounding noise" in outcome.facts.undetermined["stuck"]
    assert not any("clip-b32" in label for label in outcome.facts.told())
    assert "2" not in outcome.summary.replace("clip-b32", "")


def test_missing_values_and_pairs_that_cannot_be_told_apart_are_facts(keep: Keep, context: TaskContext) -> None:
    x = np.random.default_rng(0).normal(0.8, 0.1, N)
    gap = x.copy()
    gap[:2] = np.nan
    twins = (keep("a", image_ids=np.arange(N), mcs=x), keep("b", image_ids=np.arange(N), mcs=gap))
    outcome = answer(ask(twins, at_least=(1,)), context)
    assert outcome.facts.missing == {"b": "2 images"}
    assert "rounding noise" in outcome.facts.undetermined_pairs["a", "b"]
    assert not any(each.metric.startswith("pair/") for each in outcome.measurements)


def test_parameters_hold_the_question(sources: tuple[Source, ...], context: TaskContext) -> None:
    assert answer(ask(sources), context).parameters == {
        "metric": "mcs", "null": "0.5", "threshold": "0.7", "alpha": "0.05", "at_least": "[2, 3]", "look": "2",
        "looks": "2", "resamples": "1000", "seed": "0",
    }  # fmt: skip


def test_running_again_gives_the_same_bytes(sources: tuple[Source, ...], context: TaskContext) -> None:
    first = answer(ask(sources), context)
    bytes_of_first = first.files["comparison.json"].read_bytes()
    again = answer(ask(sources), context)
    assert again == first
    assert again.files["comparison.json"].read_bytes() == bytes_of_first


def test_the_order_of_the_sources_does_not_matter(
    sources: tuple[Source, ...], context: TaskContext, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    shuffled = tuple(sources[i] for i in (5, 0, 3, 2, 4, 1))
    first, second = answer(ask(sources), context), answer(ask(shuffled), replace(context, scratch=other))
    assert second.measurements == first.measurements
    assert (second.facts, second.parameters, second.summary) == (first.facts, first.parameters, first.summary)
    assert second.files["comparison.json"].read_bytes() == first.files["comparison.json"].read_bytes()


def test_the_file_is_strict_json_with_sorted_keys_and_agrees_with_the_measurements(
    sources: tuple[Source, ...], context: TaskContext
) -> None:
    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is no JSON")

    outcome = answer(ask(sources), context)
    text = outcome.files["comparison.json"].read_text(encoding="utf-8")
    whole = json.loads(text, parse_constant=refuse)
    assert json.dumps(whole, sort_keys=True, indent=1, ensure_ascii=False) + "\n" == text
    found = by_key(outcome)
    result = whole["result"]
    assert result["collapsed"] == ["clip-b32"]
    assert result["models"]["clip-b32"]["mean"] == found["model/clip-b32/mean"].value
    assert result["models"]["clip-b32"]["interval"]["low"] == found["model/clip-b32/mean"].low
    assert result["pairs"]["clip-b32/siglip"]["test"]["p"] == found["pair/clip-b32/siglip/p"].value
    assert list(result["undetermined"]) == ["stuck"]
    assert whole["question"]["at_least"] == [2, 3]
    assert {source["digest"] for source in whole["sources"]} == {source.digest for source in sources}


def test_the_metric_that_was_asked_for_is_the_one_compared(sources: tuple[Source, ...], context: TaskContext) -> None:
    plain = by_key(answer(ask(sources), context))
    mirrored = by_key(answer(ask(sources, metric="other", null=-0.5, threshold=-0.7), context))
    assert mirrored["model/siglip/mean"].value == -plain["model/siglip/mean"].value
    assert mirrored["model/siglip/clear/p"].value == pytest.approx(plain["model/siglip/clear/p"].value, rel=1e-9)
    assert mirrored["count/collapsed"] == plain["count/collapsed"]


def test_models_measured_on_different_images_are_bad_input(keep: Keep, context: TaskContext) -> None:
    x = np.random.default_rng(0).normal(0.8, 0.1, N)
    sources = (keep("a", image_ids=np.arange(N), mcs=x), keep("b", image_ids=np.arange(1, N + 1), mcs=x))
    with pytest.raises(BadInput, match="models a and b were not measured on the same images: image 0"):
        compare_models(ask(sources), context)


def test_importing_the_handler_imports_no_heavy_library() -> None:
    heavy = "{'scipy', 'statsmodels', 'pandas', 'torch'}"
    code = f"import sys, tasks.statistics.handler; print(sorted({heavy} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
