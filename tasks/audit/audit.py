"""Runs every check on a report."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tasks.audit.checks import CHECKS
from tasks.audit.claims.claims import Claims
from tasks.audit.finding import VERDICTS, Finding, Verdict
from tasks.audit.reading.opening import open_report
from tasks.audit.reading.report import Report

SCHEMA = "gonogo.audit/1"


@dataclass(frozen=True, slots=True)
class AuditResult:
    """What was found in a report, the worst first, then by line."""

    format: str
    lines: int
    findings: tuple[Finding, ...]

    def of(self, verdict: Verdict) -> tuple[Finding, ...]:
        """Findings of one verdict."""
        return tuple(each for each in self.findings if each.verdict == verdict)

    @property
    def consistent(self) -> bool:
        """Whether nothing is inconsistent."""
        return not self.of("inconsistent")

    def view(self, file: str) -> dict[str, Any]:
        """The JSON document.

        `schema`, `file`, `format` (markdown, html or latex), `lines` of the file with text, `consistent` (whether
        nothing is inconsistent), `counts` by verdict, and `findings`: each with `check`, `verdict`, `line` (from 1),
        `also` (other lines it rests on), `quote` (that line, shortened) and `computation`.
        """
        return {
            "schema": SCHEMA,
            "file": file,
            "format": self.format,
            "lines": self.lines,
            "consistent": self.consistent,
            "counts": {verdict: len(self.of(verdict)) for verdict in VERDICTS},
            "findings": [
                {
                    "check": each.check,
                    "verdict": each.verdict,
                    "line": each.line,
                    "also": list(each.also),
                    "quote": each.quote,
                    "computation": each.computation,
                }
                for each in self.findings
            ],
        }


def audit_file(path: Path) -> AuditResult:
    """Audit a file; BadInput, in one line, where it is not there or no text."""
    return audit(open_report(path))


def audit(report: Report) -> AuditResult:
    """Hold the claims of a report against one another."""
    claims = Claims(report)
    found: dict[tuple[str, str, int, str], Finding] = {}
    for name, check in CHECKS.items():
        for each in check(claims):
            found.setdefault((name, each.verdict, each.line, each.computation), replace(each, check=name))
    ordered = sorted(found.values(), key=lambda each: (VERDICTS.index(each.verdict), each.line))
    return AuditResult(report.format, len(report.lines), tuple(ordered))
