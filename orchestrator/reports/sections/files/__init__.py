"""The files that the cycle's tasks left behind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from orchestrator.reports.parts.deliveries import FileRow
from orchestrator.reports.prose import Prose


@dataclass(frozen=True, slots=True)
class Files:
    """Every file, and a sentence on those that cannot be listed."""

    rows: tuple[FileRow, ...]
    note: Prose

    def data(self) -> Mapping[str, object]:
        """By their keys in JSON."""
        return {"files": self.rows, "files_note": self.note}
