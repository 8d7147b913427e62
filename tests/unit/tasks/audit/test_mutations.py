"""In a clean report every number that is bound by another is missed when it is changed."""

from __future__ import annotations

import re

import pytest

from tasks.audit.audit import audit
from tasks.audit.reading.opening import read_report

REPORT = """# Sprint 9

**Date:** 2024-03-11

Execution time: 231.4 seconds (3.86 minutes)

## Jobs

### Job 1: Collect
**Status:** completed (60.2s)

- Records: 480 records screened
- Kept: 120 records analysed (25.0 % of 480)

### Job 2: Measure
**Status:** completed (101.7s)

Scale ranges from 0 to 1 for Focus Ratio (FR). The chance level is 0.50.

- n = 64
- Execution time: 96.0 s (1.50 s/sample)
- FR = 0.62 ± 0.16 SD (95% CI [0.580, 0.660])
- Test against the chance level of 0.50: t(63) = 6.00, p < 0.001
- Cohen's d = 0.75

### Job 3: Write
**Status:** completed (69.5s)

## Summary

- Average job time: 77.1 s
- Fastest job: 60.2 s (Job 1)
- Slowest job: 101.7 s (Job 2)
- Jobs completed: 3/3 (100%)
- Deadline: March 20, 2024 (9 days remaining)

| Goal | Target | Status |
|---|---|---|
| Jobs run | ≥ 3 jobs | ✅ 3/3 done |

| Part | Items |
|---|---:|
| Left | 14 |
| Right | 22 |
| Total | 36 |
"""

CHANGES = [
    ("231.4 seconds (3.86", "231.4 seconds (3.96", {"conversions"}),
    ("231.4 seconds (3.86", "281.4 seconds (3.86", {"conversions", "sums"}),
    ("completed (60.2s)", "completed (80.2s)", {"sums", "means", "extremes"}),
    ("480 records screened", "80 records screened", {"funnels"}),
    ("96.0 s (1.50", "96.0 s (1.70", {"throughput"}),
    ("96.0 s (1.50", "126.0 s (1.50", {"throughput", "nesting"}),
    ("n = 64", "n = 16", {"interval_of_mean"}),
    ("± 0.16 SD", "± 0.26 SD", {"interval_of_mean", "effect_size"}),
    ("FR = 0.62", "FR = 0.72", {"interval_of_mean", "effect_size"}),
    ("[0.580, 0.660]", "[0.480, 0.760]", {"interval_of_mean", "p_and_interval"}),
    ("t(63) = 6.00", "t(63) = 1.00", {"test_statistic"}),
    ("p < 0.001", "p = 0.400", {"test_statistic", "p_and_interval"}),
    ("d = 0.75", "d = 1.75", {"effect_size"}),
    ("time: 77.1 s", "time: 87.1 s", {"means"}),
    ("60.2 s (Job 1)", "55.2 s (Job 1)", {"extremes"}),
    ("(Job 2)\n- Jobs", "(Job 3)\n- Jobs", {"extremes"}),
    ("3/3 (100%)", "3/3 (90%)", {"percentages"}),
    ("3/3 (100%)", "2/3 (67%)", {"statuses"}),
    ("(9 days remaining)", "(6 days remaining)", {"dates"}),
    ("✅ 3/3 done", "✅ 2/3 done", {"targets"}),
    ("Right | 22", "Right | 27", {"sums"}),
    ("Write\n**Status:** completed", "Write\n**Status:** failed", {"statuses"}),
]


def alarms(text: str):
    findings = audit(read_report(text)).findings
    return [each for each in findings if each.verdict in ("inconsistent", "depends on reading")]


def test_the_report_is_clean_and_much_of_it_is_checked() -> None:
    assert not alarms(REPORT), [(each.check, each.computation) for each in alarms(REPORT)]
    assert len({each.check for each in audit(read_report(REPORT)).findings}) >= 15


@pytest.mark.parametrize(("old", "new", "checks"), CHANGES, ids=[f"{old!r} to {new!r}" for old, new, _ in CHANGES])
def test_one_changed_number_is_found(old: str, new: str, checks: set[str]) -> None:
    assert REPORT.count(old) == 1, "the change is one"
    assert re.sub(r"\W", "", old) != re.sub(r"\W", "", new)
    found = {each.check for each in alarms(REPORT.replace(old, new))}
    assert checks <= found, found
