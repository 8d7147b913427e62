"""What the audit of the reports of the cycle before found."""

from __future__ import annotations

from dataclasses import dataclass

from orchestrator.reports.prose import Cell, Code, Prose, Said


@dataclass(frozen=True, slots=True)
class AuditRow:
    """What the audit of one report found."""

    report: Code
    inconsistent: Cell
    depends_on_reading: Cell
    not_checkable: Cell
    consistent: Cell
    task: Code
    undone: Said | None
    """Why there are no numbers."""
    contradictions: tuple[Prose, ...]
    """Check and line of each inconsistent finding. Not its numbers: the next audit would read them as ours."""


@dataclass(frozen=True, slots=True)
class AuditView:
    """What the audit of the reports of the cycle before found."""

    note: Prose
    where: Prose
    rows: tuple[AuditRow, ...]
