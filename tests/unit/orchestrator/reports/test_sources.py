"""What stands next to a comparison comes from the measurements that the comparison rests on, and names them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from orchestrator.reports.history import look_back
from orchestrator.reports.render import render_cycle
from store.board import Board
from store.kinds.statistics import StatisticsSpec
from store.task.state import Task
from tests.unit.orchestrator.reports import histories, remeasured
from tests.unit.orchestrator.reports.conftest import Files, played, rendered
from tests.unit.orchestrator.reports.test_honesty import section

ONCE, AGAIN = "two looks are diagnosed", "a model is measured again"


def report(files: Files, name: str = "cycle-report") -> dict[str, Any]:
    return json.loads(files[f"{name}.json"])  # type: ignore[no-any-return]


def figures_in(part: object, whole: dict[str, Any]) -> list[dict[str, Any]]:
    by_id = {figure["id"]: figure for figure in whole["figures"]}
    return [by_id[found] for found in dict.fromkeys(re.findall(r'"(fig-\d+)"', json.dumps(part)))]


def sources(board: Board, model_id: str) -> list[Task]:
    """The tasks that the newest comparison names for a model, read off its plan."""
    newest = [task for task in board.tasks if isinstance(task.spec, StatisticsSpec) and task.status == "accepted"][-1]
    assert isinstance(newest.spec, StatisticsSpec)
    return [board.tasks_by_id[source.task_id] for source in newest.spec.sources if source.model_id == model_id]


@pytest.mark.parametrize("history", [ONCE, AGAIN, "two looks are done"])
def test_the_critical_finding_tells_of_every_look_that_was_tested_and_its_images_add_up(history: str) -> None:
    board, whole = look_back(*played(history)).board, report(rendered(history))
    finding = whole["sections"]["finding"]
    mean = next(f for f in figures_in(finding, whole) if f["metric"].endswith("/mean"))
    model = mean["metric"].split("/")[1]
    told = [line for line in finding if "its raw score" in line["text"]]
    counts = [
        int(figure["value"]) for line in told for figure in figures_in(line, whole) if figure["metric"].endswith("/n")
    ]
    assert len(told) == len(sources(board, model)) == 2
    assert sum(counts) == mean["n"] == 120
    for look, line in enumerate(told, start=1):
        assert f"On the 60 images of look {look}, its raw score" in line["text"]


@pytest.mark.parametrize("history", [ONCE, AGAIN])
def test_numbers_next_to_the_comparison_come_from_its_sources_alone(history: str) -> None:
    board, whole = look_back(*played(history)).board, report(rendered(history))
    allowed = {task.run_id for model in remeasured.MODELS for task in sources(board, model)}
    compared = {task.run_id for task in board.tasks if task.kind == "statistics"}
    for name in ("finding", "influence"):
        runs = {figure["run_id"] for figure in figures_in(whole["sections"][name], whole) if figure["run_id"]}
        assert runs and runs <= allowed | compared


def told(files: Files) -> Iterator[tuple[str, object]]:
    """What a report says next to its comparison, without the numbers of figures, and its drawings."""
    whole = report(files)
    values = {figure["id"]: (figure["run_id"], figure["metric"], figure["value"]) for figure in whole["figures"]}
    for name in ("finding", "influence"):
        text = re.sub(r"fig-\d+", lambda found: str(values[found[0]]), json.dumps(whole["sections"][name]))
        yield name, text
    yield "diagnosed", [line["text"] for line in whole["sections"]["summary"]["lines"] if "collapsed" in line["text"]]
    yield "tests", [row["mean"]["text"] for row in whole["sections"]["evidence"]["tested"]]
    yield from ((name, content) for name, content in files.items() if name in ("layers.svg", "heads.svg", "forest.svg"))


def test_a_further_measurement_of_a_model_changes_no_number_next_to_the_comparison() -> None:
    once, again = dict(told(rendered(ONCE))), dict(told(rendered(AGAIN)))
    assert once.keys() == again.keys() >= {"finding", "influence", "layers.svg", "heads.svg", "forest.svg"}
    assert [name for name in once if once[name] != again[name]] == []


def test_a_further_measurement_is_listed_as_one_that_was_not_tested() -> None:
    rows = [
        row for row in report(rendered(AGAIN))["sections"]["evidence"]["measured"] if row["model"]["id"] == "planted"
    ]
    assert [(row["look"]["text"], row["compared"]) for row in rows] == [("1", True), ("2", True), ("1", False)]
    evidence = section(AGAIN, "Evidence so far")
    assert evidence.count("| planted, not tested | 1 |") == 1
    assert "A measurement that is marked as not tested is no part of the newest comparison." in evidence
    assert "not tested" not in section(ONCE, "Evidence so far")


def test_each_tested_model_names_the_tasks_that_were_tested() -> None:
    board, whole = look_back(*played(AGAIN)).board, report(rendered(AGAIN))
    for row in whole["sections"]["evidence"]["tested"]:
        assert row["sources"] == [{"task": task.task_id} for task in sources(board, row["model"]["id"])]


def test_the_section_on_influence_and_the_drawings_say_which_images_they_show() -> None:
    influence = section(AGAIN, "Entropy and influence")
    assert influence.count("Measured on the 60 images of look 2 by c2-diagnostic-") == 2
    kinds = section(AGAIN, "Kinds of collapse and harm")
    assert re.search(r"^\| planted \| 2 \| ● peaked in vision/01 \|", kinds, flags=re.MULTILINE)
    for drawing in ("layers.svg", "heads.svg"):
        assert rendered(AGAIN)[drawing].count(b">look 2, images 61 to 120<") == 2
    assert "planted (look 2)" in section(AGAIN, "Summary")


@cache
def untested() -> Files:
    """A second look whose measurements are in and whose comparison failed."""
    player = histories.two_cycles()
    player.publish()
    player.answer("c1-claim-strength", "at-least-2", "Ada", "most")
    player.close()
    player.troubles[2, "statistics"] = [histories.failed("RuntimeError: no memory")] * 2
    return render_cycle(player.open("the rule plans a further look").work().judge().entries, 2)


def test_measurements_that_are_not_compared_yet_change_nothing_in_what_is_said_of_the_comparison() -> None:
    whole = report(untested())
    (line,) = (line for line in whole["sections"]["finding"] if "its raw score" in line["text"])
    assert line["text"].startswith("On the 60 images of look 1, its raw score")
    assert any("over 60 images" in line["text"] for line in whole["sections"]["finding"])
    rows = whole["sections"]["evidence"]["measured"]
    assert {(row["look"]["text"], row["compared"]) for row in rows} == {("1", True), ("2", False)}
    assert b">look 1, images 1 to 60<" in untested()["layers.svg"] and b">look 2" not in untested()["layers.svg"]


def test_without_a_comparison_the_newest_measurement_is_shown_and_none_is_called_untested() -> None:
    entries, cycle = played("what failed twice is replaced")
    first = next(e.position for e in entries if e.event.type == "TaskPlanned" and e.event.spec.kind == "statistics")
    whole = report(render_cycle(entries[:first], cycle))
    assert {row["compared"] for row in whole["sections"]["evidence"]["measured"]} == {None}
    assert whole["sections"]["plots"][1]["file"] == "layers.svg"
