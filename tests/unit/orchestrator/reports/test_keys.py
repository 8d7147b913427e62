"""Figures have keys that outlive cycles, so that reports can be compared number by number."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

from orchestrator.reports.changes import figure_changes
from orchestrator.reports.documents import DOCUMENTS
from orchestrator.reports.keys import FigureKey
from orchestrator.reports.render import render_cycle
from store.errors import BadInput
from tests.unit.orchestrator.reports import histories, remeasured
from tests.unit.orchestrator.reports.conftest import HISTORIES, Entries, Files, rendered

DOCUMENT_NAMES = [document.name for document in DOCUMENTS]
TWICE = {"two looks are done": histories.finished, "a model is measured again": remeasured.again}
ENDS = ("ReportWritten", "CycleClosed")


def report(files: Files, name: str) -> dict[str, Any]:
    return json.loads(files[f"{name}.json"])  # type: ignore[no-any-return]


def keyed(report: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {(figure["key"]["subject"], figure["key"]["metric"]): figure for figure in report["figures"]}


@cache
def both(play: Callable[[], Entries]) -> tuple[Files, Files]:
    """The reports of cycles 1 and 2, each as of the end of its own cycle, before its reports were audited."""
    entries = play()
    later = next(e.position for e in entries if getattr(e.event, "cycle", 0) == 1 and e.event.type in ENDS)
    return render_cycle(entries[: later - 1], 1), render_cycle(entries, 2)


@pytest.mark.parametrize("name", DOCUMENT_NAMES)
def test_no_two_figures_of_a_report_share_a_key(history: str, name: str) -> None:
    found = report(rendered(history), name)
    assert len(keyed(found)) == len(found["figures"])
    assert all(figure["key"]["bound"] == "value" for figure in found["figures"])
    assert not [key for key in keyed(found) if re.search(r" \(\d+\)$", key[1])], "told apart by counting alone"


@pytest.mark.parametrize("history", sorted(HISTORIES))
def test_no_key_names_a_cycle_a_task_or_a_decision_of_one(history: str) -> None:
    for name in DOCUMENT_NAMES:
        for subject, metric in keyed(report(rendered(history), name)):
            assert not re.search(r"\bc\d+-|\bcycle[ /]\d", f"{subject} {metric}")


@pytest.mark.parametrize("play", TWICE.values(), ids=list(TWICE))
@pytest.mark.parametrize("name", DOCUMENT_NAMES)
def test_the_same_logged_number_has_the_same_key_in_the_reports_of_both_cycles(
    name: str, play: Callable[[], Entries]
) -> None:
    first, second = (
        {
            (figure["position"], figure["run_id"], figure["metric"]): figure["key"]
            for figure in report(files, name)["figures"]
        }
        for files in both(play)
    )
    shared = first.keys() & second.keys()
    assert len(shared) > 10
    assert {each: first[each] for each in shared} == {each: second[each] for each in shared}


def test_what_both_cycles_say_of_one_quantity_has_one_key() -> None:
    first, second = (keyed(report(files, "cycle-report")) for files in both(histories.finished))
    for key in (
        ("model clip", "mcs_norm/mean"),
        ("model clip", "mcs_norm/mean/n"),
        ("model blip and model clip", "mcs_norm/difference"),
        ("comparison", "count/collapsed"),
        ("comparison", "plan/look"),
        ("comparison", "duration_s"),
        ("claim of at least 2", "models"),
        ("cycle", "tasks/accepted"),
        ("cycle", "elapsed_s"),
        ("machine", "throughput/best"),
        ("protocol", "decision/looks"),
        ("looks", "done"),
        ("question on claim strength, claim", "looks before"),
    ):
        assert key in first and key in second, key
    assert (first["comparison", "plan/look"]["value"], second["comparison", "plan/look"]["value"]) == (1, 2)


def test_a_model_measured_in_two_looks_has_two_subjects_and_one_measured_twice_a_third() -> None:
    subjects = {key[0] for key in keyed(report(rendered("a model is measured again"), "cycle-report"))}
    assert {s for s in subjects if s.startswith("model planted") and " and " not in s} == {
        "model planted", "model planted, look 1", "model planted, look 2", "model planted, look 1 (2)",
    }  # fmt: skip


def test_work_that_was_not_accepted_is_not_taken_for_the_work_that_was() -> None:
    keys = keyed(report(rendered("what failed twice is replaced"), "cycle-report"))
    assert ("model breaks, look 1 (not accepted)", "duration_s") in keys
    assert ("model breaks, look 1", "duration_s") not in keys


def test_two_reports_are_compared_by_key_value_by_value_and_bound_by_bound() -> None:
    before, after = (report(files, "cycle-report") for files in both(histories.finished))
    found = figure_changes(before, after)
    changed = {old.key: (old.text, new.text) for old, new in found.changed}
    assert changed[FigureKey("comparison", "alpha")] == ("0.0500", "0.0400")
    assert changed[FigureKey("model clip", "mcs_norm/mean/n")] == ("60", "120")
    same = {number.key for number in found.same}
    for bound in ("value", "low", "high"):
        assert FigureKey("model clip, look 1", "mcs_norm", bound) in same
        assert FigureKey("model clip, look 2", "mcs_norm", bound) in {number.key for number in found.new}
    assert FigureKey("machine", "attempt/1/duration_s") in {number.key for number in found.gone}
    every = [*found.same, *(new for _, new in found.changed), *found.new]
    assert len(every) == sum(1 if figure["interval"] is None else 3 for figure in after["figures"])


def test_a_report_without_keys_cannot_be_compared_and_that_is_said() -> None:
    old = report(rendered("a question is open"), "handover")
    for figure in old["figures"]:
        del figure["key"]
    with pytest.raises(BadInput, match="has no 'key' where figures have it"):
        figure_changes(old, old)
