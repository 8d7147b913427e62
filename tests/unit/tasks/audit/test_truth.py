"""Reports whose numbers are computed raise no alarm in any format, and are read alike in all of them."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from tasks.audit.audit import AuditResult, audit
from tasks.audit.reading.opening import read_report

from . import truth

SEEDS = range(120)
FORMATS = {"markdown": str, "commas": truth.with_commas, "html": truth.as_html, "latex": truth.as_latex}


def audited(seed: int, kind: str) -> AuditResult:
    return audit(read_report(FORMATS[kind](truth.report(seed))))


@pytest.mark.parametrize("kind", FORMATS)
def test_a_true_report_raises_no_alarm(kind: str) -> None:
    for seed in SEEDS:
        found = audited(seed, kind).findings
        alarms = [each for each in found if each.verdict in ("inconsistent", "depends on reading")]
        assert not alarms, (seed, [(each.check, each.quote, each.computation) for each in alarms])


@pytest.mark.parametrize("kind", ["commas", "html", "latex"])
def test_what_is_checked_does_not_depend_on_the_format(kind: str) -> None:
    for seed in SEEDS[:40]:
        here, there = (
            Counter(each.check for each in audited(seed, one).findings if each.verdict == "consistent")
            for one in ("markdown", kind)
        )
        assert here == there, seed


@pytest.mark.slow
def test_a_changed_number_of_a_statement_is_mostly_found() -> None:
    """Of a report with one statement of each kind, with one of its numbers doubled."""
    found = tried = 0
    for seed in range(10):
        text = truth.one_of_each(seed)
        assert not [each for each in audit(read_report(text)).findings if each.verdict == "inconsistent"], seed
        for number in re.finditer(r"(?<![\w.,-])\d+\.\d+(?![\w.])", text):
            changed = text[: number.start()] + f"{2 * float(number[0]) + 0.5:.2f}" + text[number.end() :]
            alarms = {each.verdict for each in audit(read_report(changed)).findings}
            found += bool(alarms & {"inconsistent", "depends on reading"})
            tried += 1
    assert tried > 100
    assert found > 0.8 * tried, f"{found} of {tried}"
