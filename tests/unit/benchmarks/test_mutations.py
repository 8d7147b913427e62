"""The harness finds every number that a report prints, changes one, and counts what it should."""

from __future__ import annotations

import random
import re
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.mutations.__main__ import show
from benchmarks.mutations.changes import BOUNDS_ONLY, KINDS
from benchmarks.mutations.clean import clean_reports
from benchmarks.mutations.judges import Caught, Mutation, mutations
from benchmarks.mutations.places import PARTS, places
from tests.unit.orchestrator.reports.conftest import rendered

Files = dict[str, str]
NAMES = (
    *(f"{name}.{ending}" for name in ("cycle-report", "assessment") for ending in ("md", "html", "json")),
    *("handover.md", "handover.json"),
)
CLEAN = 8


@pytest.fixture(scope="module")
def files() -> Files:
    made = {
        name: content.decode()
        for name, content in rendered("a question is open").items()
        if name.endswith((".md", ".html", ".json"))
    }
    assert set(made) == set(NAMES)
    return made


@pytest.mark.parametrize("name", NAMES)
def test_all_numbers_of_figures_are_found_where_they_stand(name: str, files: Files) -> None:
    found = places(name, files[name])
    assert {each.part for each in found} == set(PARTS)
    assert len({each.start for each in found}) == len(found)
    assert all(files[name][each.start : each.end] == each.text for each in found)
    links = len(re.findall(r'\]\(#fig-|href="#fig-', files[name]))
    assert links in (0, sum(each.part == "running text" for each in found))


def test_the_formats_of_a_report_print_the_same_numbers(files: Files) -> None:
    def running(format: str) -> Counter[str]:
        name = f"cycle-report.{format}"
        return Counter(
            each.text.replace("&lt;", "<") for each in places(name, files[name]) if each.part == "running text"
        )

    assert running("md") == running("html") == running("json")


PRINTED = st.one_of(
    st.from_regex(r"-?[0-9]{1,4}(\.[0-9]{1,4})?", fullmatch=True), st.sampled_from(["< 0.001", "&lt; 0.001", "1.2e-07"])
)


@given(PRINTED, st.sampled_from(list(KINDS)), st.randoms(use_true_random=False))
def test_a_change_gives_another_number_with_some_digits_or_nothing(text: str, kind: str, draw: random.Random) -> None:
    now = KINDS[kind](text, draw, ["0.25", "3"])
    assert now != text
    assert now == "" or re.search(r"\d", now)


def test_the_same_seed_makes_the_same_changes_of_every_kind_in_every_file(files: Files) -> None:
    made = list(mutations(files, 160, seed=5))
    assert made == list(mutations(files, 160, seed=5))
    assert len(made) == 160
    assert {each.kind for each in made} == set(KINDS)
    assert {each.file for each in made} == set(files)
    assert all(each.content != files[each.file] for each in made)
    assert {each.part for each in made if each.kind == BOUNDS_ONLY} <= {"running text", "entry: interval"}


def test_the_table_counts_who_caught_what(capsys: pytest.CaptureFixture[str]) -> None:
    made = [Mutation(f"a.{format}", "point moved", "entry: n", "1", "2", "") for format in ("md", "json", "json")]
    caught = [Caught(True, None, True), Caught(True, True, False), Caught(False, False, True)]
    assert show(list(zip(made, caught, strict=True)), seed=1) == (2 / 3, 2 / 3)
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["a.md", "1", "1", "–", "1"] in lines
    assert ["a.json", "2", "1", "1", "of", "2", "1"] in lines
    assert ["all", "3", "2", "1", "of", "2", "2"] in lines


@pytest.mark.slow
def test_clean_reports_raise_no_alarm_and_much_in_them_is_checked() -> None:
    files = list(clean_reports(CLEAN, seed=20_000))
    assert [(each.study, each.file, each.alarms) for each in files if each.alarms] == []
    assert {each.file for each in files} == {
        "cycle-report.md", "cycle-report.html", "assessment.md", "assessment.html", "handover.md"
    }  # fmt: skip
    assert sum(each.consistent for each in files) > 50 * CLEAN
