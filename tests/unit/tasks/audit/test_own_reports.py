"""gonogo's own reports raise no alarm, and one changed number in them does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tasks.audit.audit import audit, audit_file
from tasks.audit.reading.opening import read_report

GOLDEN = Path(__file__).parents[3] / "golden" / "reports"
REPORTS = sorted(path for path in GOLDEN.rglob("*") if path.suffix in (".md", ".html"))


def alarms(found):
    return [each for each in found.findings if each.verdict in ("inconsistent", "depends on reading")]


def test_there_are_reports_of_both_formats() -> None:
    assert {path.suffix for path in REPORTS} == {".md", ".html"}


@pytest.mark.parametrize("path", REPORTS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_report_of_our_own_raises_no_alarm(path: Path) -> None:
    found = audit_file(path)
    assert not alarms(found), [(each.check, each.line, each.computation) for each in alarms(found)]
    assert len(found.of("consistent")) > 10, "and it is read: there is much in it that is checked"


def test_a_mean_outside_its_interval_in_our_own_report_is_found() -> None:
    path = GOLDEN / "two-looks-are-done" / "cycle-report.md"
    text = path.read_text(encoding="utf-8")
    right = re.search(r"Its mean [^\n]* is \[(0\.\d{3})\]\(#fig-\d+\) \\\[", text)
    assert right is not None
    wrong = text[: right.start(1)] + f"{float(right[1]) + 0.1:.3f}" + text[right.end(1) :]
    found = alarms(audit(read_report(wrong)))
    assert {each.check for each in found} == {"interval_of_mean", "linked_values"}
    assert {each.line for each in found} == {text[: right.start()].count("\n") + 1}
