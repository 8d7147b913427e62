"""Every figure of every report resolves, and one that was changed does not, even where no digest gives it away."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from orchestrator.checking.resolving import resolve
from orchestrator.reports.history import look_back
from tests.unit.orchestrator.reports.conftest import HISTORIES, played, rendered

WAITING = "a question is open"


def changed(change: Callable[[dict[str, Any]], object]) -> list[tuple[str, str]]:
    """What is said of a cycle report once something in it was changed."""
    report = json.loads(rendered(WAITING)["cycle-report.json"])
    change(report)
    _, bad = resolve("r.json", json.dumps(report).encode(), look_back(*played(WAITING)))
    return [(item.where, item.why) for item in bad]


def figure(report: dict[str, Any], metric: str) -> dict[str, Any]:
    return next(each for each in report["figures"] if each["metric"].endswith(metric))


@pytest.mark.parametrize("history", sorted(HISTORIES))
def test_reports_resolve_as_they_were_rendered(history: str) -> None:
    past = look_back(*played(history))
    for name, content in rendered(history).items():
        if name.endswith(".json"):
            checked, bad = resolve(name, content, past)
            assert (checked, bad) == (len(json.loads(content)["figures"]), [])


@pytest.mark.parametrize(
    ("metric", "key", "value"),
    [
        ("mcs_norm", "text", "0.611"),
        ("mcs_norm", "value", 0.5113000001),
        ("mcs_norm", "n", 61),
        ("mcs_norm", "run_id", "0" * 32),
        ("mcs_norm", "digest", None),
        ("mcs_norm", "position", 2),
        ("mcs_norm", "position", 10**6),
        ("mcs_norm", "metric", "mcs_abnorm"),
        ("duration_s", "value", 12.0001),
        ("/n", "value", 61.0),
        ("criteria/met", "value", 3.0),
        ("criteria/met", "metric", "criteria/wished"),
        ("criteria/met", "rounding", "up"),
    ],
)
def test_a_figure_that_was_changed_is_named(metric: str, key: str, value: object) -> None:
    bad = changed(lambda report: figure(report, metric).update({key: value}))
    assert bad, "nothing was said"
    assert bad[0][0].startswith("r.json")


@pytest.mark.parametrize(("key", "value"), [("low", 0.1), ("high", 0.9), ("low_text", "0.500"), ("confidence", 0.9)])
def test_an_interval_that_was_changed_is_named(key: str, value: object) -> None:
    bad = changed(lambda report: figure(report, "mcs_norm")["interval"].update({key: value}))
    assert any("rounded" in why or "interval" in why for _, why in bad)


def test_a_sentence_or_a_cell_that_prints_another_number_is_named() -> None:
    def lines(report: dict[str, Any]) -> dict[str, Any]:
        return report["sections"]["summary"]["lines"][0]

    said = json.loads(rendered(WAITING)["cycle-report.json"])["sections"]["summary"]["lines"][0]["text"]
    more = said.replace(said.split()[0], f"1{said.split()[0]}", 1)
    assert changed(lambda report: lines(report).update(text=more)) == [
        (
            f"r.json: {more}",
            "does not print all of " + ", ".join(lines(json.loads(rendered(WAITING)["cycle-report.json"]))["figures"]),
        )
    ]
    row = {"figure": "fig-1", "text": "0.5"}
    assert changed(lambda report: report["sections"].update(more=[row])) == [
        ("r.json: 0.5", "is not how fig-1 is printed")
    ]


def test_an_interval_within_a_sentence_is_that_of_its_figure() -> None:
    report = json.loads(rendered(WAITING)["cycle-report.json"])
    found = figure(report, "mcs_norm")
    text, low, high = found["text"], found["interval"]["low_text"], found["interval"]["high_text"]
    for said, holds in (
        (f"It is {text} [{low}, {high}].", True),
        (f"It is {text}.", True),
        (f"It is {text} [{low}, 9].", False),
    ):
        line = {"text": said, "figures": [found["id"]]}
        assert (changed(lambda report, line=line: report["sections"].update(more=line)) == []) is holds


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{}", b'{"figures": [{}], "sections": {}}', b"\xff", b'{"figures": 1.']
)
def test_what_is_no_report_is_said_to_be_none(content: bytes) -> None:
    checked, (bad,) = resolve("r.json", content, look_back(*played(WAITING)))
    assert (checked, bad.where) == (0, "r.json")
    assert bad.why.startswith("cannot be read as a report")
