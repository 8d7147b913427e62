"""What the next cycle's report and hand-over say of the audit of the reports before."""

from __future__ import annotations

import json
import re

import pytest

from orchestrator.reports.render import render_cycle
from store.events import EvidenceRecorded
from tasks.audit.audit import audit
from tasks.audit.reading.opening import read_report
from tests.unit.orchestrator.reports import histories
from tests.unit.orchestrator.reports.conftest import played, rendered
from tests.unit.orchestrator.reports.reading import Page

HEADING = "Audit of the previous reports"
CLEAN, FAULTY = "two looks are done", "a report contradicts itself"
AUDITED = ["cycle-report.md", "cycle-report.html", "assessment.md", "assessment.html", "handover.md"]


def section(history: str, name: str) -> str:
    text = re.sub(r"\]\(#[^)]*\)|[\[\]\\]", "", rendered(history)[f"{name}.md"].decode())
    return re.split(r"^## ", text.split(f"\n## {HEADING}\n")[1], flags=re.MULTILINE)[0]


def whole(history: str, name: str) -> dict:
    return json.loads(rendered(history)[f"{name}.json"])  # type: ignore[no-any-return]


@pytest.mark.parametrize("name", ["cycle-report", "handover"])
def test_a_clean_audit_is_told_report_by_report(name: str) -> None:
    told = section(CLEAN, name)
    assert "The audit of 5 reports of cycle 1 found nothing inconsistent." in told
    for report in AUDITED:
        assert re.search(rf"^\| `{report}` \| 0 \| 0 \| 1 \| 316 \| `c1-audit-\w+` \|$", told, flags=re.MULTILINE)
    assert not whole(CLEAN, name)["sections"]["audit"]["rows"][0]["contradictions"]


@pytest.mark.parametrize("name", ["cycle-report", "handover"])
def test_each_count_is_a_figure_of_the_audit_with_event_run_and_digest(name: str) -> None:
    entries = {entry.position: entry.event for entry in played(FAULTY)[0]}
    report = whole(FAULTY, name)
    figures = {figure["id"]: figure for figure in report["figures"]}
    cells = [
        row[count]
        for row in report["sections"]["audit"]["rows"]
        for count in ("inconsistent", "depends_on_reading", "not_checkable", "consistent")
    ]
    cited = [figures[cell["figure"]] for cell in cells if "figure" in cell]
    assert len(cited) == 4 * 4, "one of five reports could not be audited"
    for figure in cited:
        event = entries[figure["position"]]
        assert isinstance(event, EvidenceRecorded)
        (item,) = (item for item in event.evidence if item.metric == figure["metric"])
        assert (item.run_id, item.value, item.digest) == (figure["run_id"], figure["value"], figure["digest"])
        assert figure["digest"] == event.artifacts[0].digest, "the file with the findings"


@pytest.mark.parametrize("name", ["cycle-report", "handover"])
def test_a_contradiction_is_named_as_a_fault_of_the_report_and_a_broken_audit_with_its_reason(name: str) -> None:
    told = section(FAULTY, name)
    assert (
        "Of 4 reports of cycle 1 that were audited, 1 **contradicts itself**. A contradiction is a fault of the" in told
    )
    assert "no reason to change the verdict, which rests on the evidence. The rest could not be audited." in told
    row = whole(FAULTY, name)["sections"]["audit"]["rows"][0]
    assert [found["text"] for found in row["contradictions"]] == list(histories.CONTRADICTIONS)
    assert "- `cycle-report.md`: Inconsistent 1, percentages, line 12" in told
    assert "- `cycle-report.md`: Inconsistent 2, nesting, line 40" in told
    assert re.search(
        r"`cycle-report.html` \| – \| – \| – \| – \| `\S+`, not audited: RuntimeError: a check broke", told
    )


def test_the_summary_tells_of_a_contradiction_and_of_nothing_else() -> None:
    said = "**contradicts itself**"
    summary = {history: rendered(history)["cycle-report.md"].decode() for history in (CLEAN, FAULTY)}
    assert said in summary[FAULTY].split("## Summary")[1].split("### Key accomplishments")[0]
    assert "audit" not in summary[CLEAN].split("## Summary")[1].split("### Key accomplishments")[0].lower()


def test_html_tells_the_same_and_lists_the_section_in_its_contents() -> None:
    page = Page.read(rendered(FAULTY)["cycle-report.html"])
    told = " ".join(page.within("audit").split())
    assert "cycle-report.md: Inconsistent 2, nesting, line 40" in told
    assert "not audited: RuntimeError: a check broke" in told
    assert any(element.attributes.get("href") == "#audit" for element in page.elements)


def test_a_contradiction_changes_no_verdict() -> None:
    for key in ("verdict", "reason"):
        assert whole(FAULTY, "assessment")[key] == whole(CLEAN, "assessment")[key]


def test_the_numbers_of_a_contradiction_are_not_repeated_so_that_no_audit_finds_them_again() -> None:
    for name, content in rendered(FAULTY).items():
        text = content.decode()
        assert not any(computation in text for computation in histories.CONTRADICTIONS.values())
        if name.endswith((".md", ".html")):
            found = audit(read_report(text, f".{name.rpartition('.')[2]}"))
            assert not [each for each in found.findings if each.verdict in ("inconsistent", "depends on reading")]


def test_after_a_cycle_that_was_not_audited_a_report_is_what_it_was_before_there_were_audits() -> None:
    files = render_cycle(histories.going_on(histories.two_cycles()).entries, 2)
    for name in ("cycle-report", "handover"):
        assert "audit" not in json.loads(files[f"{name}.json"])["sections"]
    for name in AUDITED:
        assert b"udit" not in files[name]


def test_when_no_report_could_be_audited_that_is_said() -> None:
    player = histories.two_cycles()
    player.troubles[1, "audit"] = [histories.failed("RuntimeError: a check broke")] * 10
    files = render_cycle(histories.second_cycle(player).entries, 2)
    assert b"No report of cycle 1 could be audited." in files["cycle-report.md"]
    assert b"contradict" not in files["cycle-report.md"]
