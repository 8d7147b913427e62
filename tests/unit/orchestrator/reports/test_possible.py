"""No report of a history says what cannot be: all of its numbers come from the same samples."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from store.board import fold
from store.events import EvidenceRecorded
from store.kinds import range_of
from store.kinds.diagnostics import DiagnosticSpec
from store.kinds.environment import EnvironmentSpec
from store.kinds.statistics import StatisticsSpec
from tasks.audit.audit import audit
from tasks.audit.reading.opening import read_report
from tests.unit.orchestrator.reports.conftest import played, rendered
from tests.unit.orchestrator.reports.expected import comparisons, dz, joined, samples_of, values_of
from tests.unit.orchestrator.reports.outcomes import samples

Figures = Iterable[Mapping[str, Any]]

MANY, FEW = 4.0, 1.0
"""Standard errors that leave no doubt of a difference, and those that show none, whichever test is used."""


def impossible(figures: Figures, specs: Mapping[int, StatisticsSpec]) -> Iterator[str]:
    """What cannot be among figures of a report; `specs` are those of comparisons, by the position of their event."""
    by_place: dict[int, dict[str, Mapping[str, Any]]] = {}
    for figure in figures:
        by_place.setdefault(figure["position"], {})[figure["metric"]] = figure
        yield from _alone(figure)
    for position, spec in specs.items():
        found = by_place.get(position, {})
        for model in {source.model_id for source in spec.sources}:
            yield from _of_model(model, spec, {name: each["value"] for name, each in found.items()})
            images = {each["n"] for name, each in found.items() if name.startswith(f"model/{model}/")}
            whole = sum(samples(source.digest)["image_ids"].size for source in spec.sources if source.model_id == model)
            if images - {whole, None}:
                yield f"{model}: rests on {images} images, and {whole} were joined"


def _alone(figure: Mapping[str, Any]) -> Iterator[str]:
    metric, value, interval = figure["metric"], figure["value"], figure["interval"]
    low, high = range_of(metric)
    last = metric.rpartition("/")[2]
    if last == "p" or last.startswith("p_") or last == "power":
        low, high = 0.0, 1.0
    if last.startswith("spearman"):
        low, high = -1.0, 1.0
    if figure["run_id"] is not None and not low <= value <= high:
        yield f"{metric}: {value} is outside of {low} to {high}"
    if interval is not None and not interval["low"] <= value <= interval["high"]:
        yield f"{metric}: {value} is outside of its interval {interval}"


def _of_model(model: str, spec: StatisticsSpec, found: Mapping[str, float]) -> Iterator[str]:
    """What cannot be said of one model; `found` may hold a part of what a comparison tells."""
    values = {name.removeprefix(f"model/{model}/"): value for name, value in found.items()}
    mean = values.get("mean")
    if mean is None:
        return
    for effect, against in (("dz_threshold", spec.threshold), ("dz_null", spec.null), ("t_null", spec.null)):
        if effect in values and np.sign(values[effect]) != np.sign(mean - against):
            yield f"{model}: {effect} is {values[effect]} where the mean is {mean}, against {against}"
    beyond = (mean - spec.threshold) * (spec.threshold - spec.null) > 0
    for way, mine in (("collapse", beyond), ("clear", not beyond)):
        if f"{way}/p" in values and (values[f"{way}/p"] < 0.5) != mine:
            yield f"{model}: p of {way} is {values[f'{way}/p']} where the mean is {mean}, against {spec.threshold}"
        if values.get(f"{way}/p_adjusted", 1.0) <= spec.alpha and not mine:
            yield f"{model}: {way} is shown where the mean is {mean}, against {spec.threshold}"
    n = sum(samples(source.digest)["image_ids"].size for source in spec.sources if source.model_id == model)
    away = abs(values.get("dz_null", math.nan)) * math.sqrt(n)
    p = values.get("p_null", 0.05)
    if (away > MANY and p > 0.01) or (away < FEW and p < 0.1):
        yield f"{model}: p against the null value is {p} where the mean lies {away} standard errors from it"


def specs_by_position(history: str) -> dict[int, StatisticsSpec]:
    board = fold(played(history)[0])
    return {
        entry.position: spec
        for entry in played(history)[0]
        if isinstance(entry.event, EvidenceRecorded)
        and isinstance(spec := board.tasks_by_id[entry.event.task_id].spec, StatisticsSpec)
    }


@pytest.mark.parametrize("name", ["cycle-report.json", "assessment.json", "handover.json"])
def test_nothing_that_a_report_prints_is_impossible(history: str, name: str) -> None:
    figures = json.loads(rendered(history)[name])["figures"]
    assert list(impossible(figures, specs_by_position(history))) == []


def test_what_a_log_holds_besides_what_its_reports_print_is_possible_too(history: str) -> None:
    for task, spec in comparisons(played(history)[0]):
        for model in joined(spec):
            assert list(_of_model(model, spec, {item.metric: item.value for item in task.evidence})) == []


def test_the_report_that_was_impossible_is_caught() -> None:
    """A mean above the null value with an effect below it, and a p that neither of them has."""
    position, spec = next(iter(specs_by_position("two looks are done").items()))
    model = spec.sources[0].model_id

    def figure(metric: str, value: float, n: int | None = None) -> dict[str, Any]:
        return {
            "metric": f"model/{model}/{metric}", "value": value, "position": position, "n": n, "interval": None,
            "run_id": "0",
        }  # fmt: skip

    mean = figure("mean", 0.6312)
    for other, said in (
        (figure("dz_null", -0.6412), "dz_null"),
        (figure("dz_threshold", -1.82), "dz_threshold"),
        (figure("collapse/p", 0.7), "p of collapse"),
        (figure("clear/p_adjusted", 0.001), "clear is shown"),
        (figure("collapse/p_adjusted", 1.3), "outside of 0.0 to 1.0"),
        (figure("sd", 0.017, n=59), "images, and 60 were joined"),
        ({**figure("skew", 0.1), "interval": {"low": 0.2, "high": 0.3}}, "outside of its interval"),
    ):
        found = list(impossible([mean, other], {position: spec}))
        assert len(found) >= 1 and said in found[0], other
    both = [mean, figure("dz_null", 0.6412), figure("p_null", 0.0702)]
    assert [each.split(" is ")[0] for each in impossible(both, {position: spec})] == [
        f"{model}: p against the null value"
    ]


def test_what_a_comparison_says_of_a_model_is_what_numpy_says_of_the_joined_samples(history: str) -> None:
    for task, spec in comparisons(played(history)[0]):
        for model, values in joined(spec).items():
            found = {item.metric: item for item in task.evidence if item.metric.startswith(f"model/{model}/")}
            if not found:
                assert np.ptp(values) < 1e-6, "it is undetermined, as it never varies"
                continue
            expected = {
                "mean": values.mean(),
                "sd": values.std(ddof=1),
                "dz_threshold": dz(values, spec.threshold),
                "dz_null": dz(values, spec.null),
            }
            for name, value in expected.items():
                assert found[f"model/{model}/{name}"].value == pytest.approx(value, rel=1e-8)
                assert found[f"model/{model}/{name}"].n == values.size


def test_what_a_comparison_says_of_several_models_follows_from_what_it_says_of_each(history: str) -> None:
    for task, spec in comparisons(played(history)[0]):
        values = {item.metric: item.value for item in task.evidence}
        p = {way: [values.get(f"model/{model}/{way}/p_adjusted", 1.0) for model in joined(spec)]
             for way in ("collapse", "clear")}  # fmt: skip
        assert values["count/collapsed"] == sum(each <= spec.alpha for each in p["collapse"])
        assert values["count/cleared"] == sum(each <= spec.alpha for each in p["clear"])
        assert values["count/models"] == len(joined(spec))
        means = {model: values[f"model/{model}/mean"] for model in joined(spec) if f"model/{model}/mean" in values}
        for metric, value in values.items():
            if metric.startswith("across/") and metric.endswith("/mean"):
                assert min(means.values()) <= value <= max(means.values())
            if metric.endswith("/difference"):
                _, first, second, _ = metric.split("/")
                assert value == pytest.approx(means[first] - means[second], abs=1e-8)


def test_what_a_diagnostic_says_is_the_mean_of_its_samples(history: str) -> None:
    for task in fold(played(history)[0]).tasks:
        if not isinstance(task.spec, DiagnosticSpec) or not task.evidence:
            continue
        kept, compared = samples_of(task), 0
        for item in task.evidence:
            if item.metric in kept and not item.metric.startswith("null/"):
                assert item.value == pytest.approx(kept[item.metric].mean(), rel=1e-8, abs=1e-12)
                assert item.n in (len(kept[item.metric]), None)
                compared += 1
        assert compared >= 10
        assert task.evidence.of("images").value == kept["image_ids"].size  # type: ignore[union-attr]


def test_looks_are_taken_of_images_that_no_earlier_look_has_seen() -> None:
    *_, (_, spec) = comparisons(played("two looks are done")[0])
    for model in joined(spec):
        ids = [samples(source.digest)["image_ids"] for source in spec.sources if source.model_id == model]
        assert len(ids) == 2
        assert np.unique(np.concatenate(ids)).size == 120
        first, second = (samples(s.digest)[spec.metric] for s in spec.sources if s.model_id == model)
        assert not np.isclose(first, second).any()


def test_the_best_batch_is_the_fastest_that_was_timed(history: str) -> None:
    for task in fold(played(history)[0]).tasks:
        if isinstance(task.spec, EnvironmentSpec) and task.evidence:
            timed = {int(item.metric.rpartition("_")[2]): item.value for item in task.evidence
                     if item.metric.startswith("throughput/batch_")}  # fmt: skip
            best = max(timed, key=lambda size: timed[size])
            assert (task.evidence.of("batch_size/best").value, task.evidence.of("throughput/best").value) == (
                best,
                timed[best],
            )  # type: ignore[union-attr]


@pytest.mark.parametrize("name", ["cycle-report.md", "assessment.md", "handover.md"])
def test_the_auditor_finds_no_report_of_a_history_inconsistent(history: str, name: str) -> None:
    found = audit(read_report(rendered(history)[name].decode(), ".md")).of("inconsistent")
    if history == "hostile texts":
        found = tuple(each for each in found if each.check != "encoding")  # a character of the attack was replaced
    assert [(each.check, each.line, each.computation) for each in found] == []


def test_the_samples_of_a_model_are_of_the_model_that_the_log_names() -> None:
    """Else every comparison could be made of the same numbers, and agree with them."""
    tasks = [task for task in fold(played("twelve models")[0]).tasks if isinstance(task.spec, DiagnosticSpec)]
    means = [values_of(task, "mcs_norm").mean() for task in tasks]
    assert len(tasks) == 12
    assert all(after - before > 0.01 for before, after in pairwise(means))
