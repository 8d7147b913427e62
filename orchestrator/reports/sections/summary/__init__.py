"""The report in a minute."""

from __future__ import annotations

from dataclasses import dataclass

from orchestrator.reports.prose import Prose


@dataclass(frozen=True, slots=True)
class Summary:
    """The report in a minute."""

    lines: tuple[Prose, ...]
    accomplished: tuple[Prose, ...]
    unaccomplished: tuple[Prose, ...]
