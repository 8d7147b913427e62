"""Reports of invented studies, rendered as real ones are: the auditor has to leave them in peace."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from orchestrator.reports.render import render_cycle
from tasks.audit.audit import audit
from tasks.audit.finding import Finding
from tasks.audit.reading.opening import read_report
from tests.unit.orchestrator.reports.drawn import draw

READ = (".md", ".html")


@dataclass(frozen=True, slots=True)
class Clean:
    """A file of a clean report, and what the auditor finds inconsistent in it."""

    study: int
    """The seed it was drawn from."""
    file: str
    alarms: tuple[Finding, ...]
    consistent: int


def clean_reports(studies: int, seed: int = 0) -> Iterator[Clean]:
    """Audit the reports of so many studies, each with models, looks, troubles and values of its own."""
    for study in range(seed, seed + studies):
        for name, content in render_cycle(*draw(study)).items():
            if name.endswith(READ):
                found = audit(read_report(content.decode(), f".{name.rpartition('.')[2]}"))
                yield Clean(study, name, found.of("inconsistent"), len(found.of("consistent")))
