"""Kinds of collapse and harm, as the report tells them from what the log holds."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import pytest

from orchestrator.reports.history import History, look_back
from store.kinds.diagnostics import DiagnosticFacts
from store.kinds.diagnostics_collapse import DEFINITIONS, KIND_NAMES, MEASURES
from store.task.state import Task
from tests.unit.orchestrator.reports.conftest import played, rendered
from tests.unit.orchestrator.reports.test_honesty import OPEN, section, sections

ZOO = "a zoo is diagnosed"
HEADING = "Kinds of collapse and harm"


@cache
def zoo() -> History:
    return look_back(*played(ZOO))


def task_of(model: str) -> Task:
    return next(task for task in zoo().measurements if task.subject == model)


def of_model(model: str) -> dict[str, Any]:
    return next(found for found in sections(ZOO)["collapse"]["models"] if found["model"]["id"] == model)


def test_every_model_that_tells_of_kinds_has_a_line_and_an_older_measurement_has_none() -> None:
    lines = [row["model"]["id"] for row in sections(ZOO)["collapse"]["overview"]]
    told = [task.subject for task in zoo().measurements if DiagnosticFacts.read(task.facts).harm]
    assert lines == told == ["planted", "idefics", "align", "decoder"]
    assert "collapse" not in sections(OPEN), "where no measurement tells of kinds there is no section"


@pytest.mark.parametrize("model", ["planted", "idefics", "align", "decoder"])
def test_each_layer_stands_with_the_kinds_that_the_log_names_and_the_numbers_behind_them(model: str) -> None:
    task, facts = task_of(model), DiagnosticFacts.read(task_of(model).facts)
    rows = {row["layer"]: row for row in of_model(model)["layers"]}
    places = {place.name for place in facts.places.values() if place.layer is not None}
    assert set(rows) == {re.sub("/0?", " ", place) for place in places}
    for place in places:
        row = rows[re.sub("/0?", " ", place)]
        kinds = [kind for kind in DEFINITIONS if place in facts.kinds.get(kind, "").split(", ")]
        assert row["kinds"] == ", ".join(kinds)
        assert row["collapsed"] is any(kind in KIND_NAMES for kind in kinds)
        item = task.evidence.of(f"map/{place}/kl")
        assert item is not None
        assert row["kl"]["text"] == f"{item.value:.3f} nat"
        assert ("absent" in row["untrained"]) is (task.evidence.of(f"null/map/{place}/kl") is None)
        for column, metric in (
            ("entropy", "entropy_norm"),
            ("by_value", "value_entropy_norm"),
            ("rollout", "rollout_entropy_norm"),
        ):
            item = task.evidence.of(f"map/{place}/{metric}")
            assert ("absent" in row[column]) is (item is None)
            assert item is None or row[column]["text"].startswith(f"{item.value:.3f}")


def test_layers_without_values_and_roles_that_are_not_rolled_out_are_blank_and_named() -> None:
    facts = DiagnosticFacts.read(task_of("idefics").facts)
    rows = {row["layer"]: row for row in of_model("idefics")["layers"]}
    unvalued = [re.sub("/0?", " ", name) for name in facts.values_unseen.split(", ")]
    assert unvalued and all(("absent" in row["by_value"]) is (layer in unvalued) for layer, row in rows.items())
    assert all(("absent" in row["rollout"]) is layer.startswith("cross") for layer, row in rows.items())
    told = [note["text"] for note in of_model("idefics")["notes"]]
    assert f"The values of {facts.values_unseen} were not seen, so that none are weighed by them." in told


def test_mm_shap_stands_with_what_was_shared_out_and_its_error() -> None:
    task = task_of("decoder")
    rows = {row["what"]["text"]: row for row in of_model("decoder")["task"] if "Shapley" in row["what"]["text"]}
    (share,) = rows.values()
    item = task.evidence.of("mm_shap/text_share")
    assert item is not None and share["value"]["text"].startswith(f"{item.value:.3f} [") and share["n"]["text"] == "8"
    words = [row["what"]["text"] for row in of_model("decoder")["task"]]
    assert "MM-SHAP: sum over the words of a caption" in words and "MM-SHAP: sum over the parts of an image" in words
    assert "standard error of that share that comes of drawn orders of players" in words
    assert any(note["text"] == f"MM-SHAP: {task.facts['MM-SHAP']}" for note in of_model("decoder")["notes"])
    assert not any("MM-SHAP" in row["what"]["text"] for row in of_model("planted")["task"])


def test_kinds_are_told_with_their_layers_and_harm_with_its_reason() -> None:
    told = section(ZOO, HEADING)
    assert re.search(r"^\| planted \| 1 \| ● peaked in vision/01, vision/02 \| \? undecided", told, flags=re.MULTILINE)
    assert re.search(r"^\| align \| 1 \| – none was found", told, flags=re.MULTILINE)
    for model in ("planted", "idefics", "align", "decoder"):
        reason = task_of(model).facts["Reason of the harm"]
        assert of_model(model)["reason"] == reason
        assert f"· {reason}" in told


def test_the_task_stands_with_what_was_changed_and_with_the_factor_of_the_scores() -> None:
    rows = [row["what"]["text"] for row in of_model("planted")["task"]]
    assert rows[:2] == ["loss of its task", "loss of re-initialised copies"]
    assert "rise with vision attention of the pair before" in rows
    assert any(re.fullmatch(r"rise with scores of vision multiplied by [0-9.]+", row) for row in rows)
    assert of_model("idefics")["task"] == [], "without right answers there is no task to lose at"


def test_use_and_need_are_told_in_words() -> None:
    notes = of_model("planted")["notes"]
    use = DiagnosticFacts.read(task_of("planted").facts).use
    assert use
    assert all(any(role in note["text"] for note in notes) for role in use)


def test_every_kind_and_measure_is_defined_on_the_page_with_its_source() -> None:
    told, page = section(ZOO, HEADING), rendered(ZOO)["cycle-report.html"].decode()
    for kind, definition in {**DEFINITIONS, **MEASURES}.items():
        assert f"| {kind} | {definition.means} |" in told
        assert definition.means in page
        assert definition.source in page
