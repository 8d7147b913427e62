"""The literature: what was searched, what became of it, key papers, and what no included work covers."""

from __future__ import annotations

from dataclasses import dataclass

from orchestrator.reports.prose import Cell, Code, Label, Prose, Said
from store.figures import Figure


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A file or service, and the records that were kept of it."""

    name: Label
    records: Figure


@dataclass(frozen=True, slots=True)
class QueryRow:
    """What services were to be asked for."""

    text: Said
    sources: Prose


@dataclass(frozen=True, slots=True)
class BoxRow:
    """A box of the flow."""

    label: Prose
    count: Cell


@dataclass(frozen=True, slots=True)
class ReasonRow:
    """A reason for which works were excluded."""

    stage: str
    criterion: Code
    meaning: Prose
    works: Figure


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A key paper, by whom and why."""

    title: Said
    by: Said
    reason: Prose


@dataclass(frozen=True, slots=True)
class GapRow:
    """A concept, or two, and the included works that cover it."""

    concepts: Prose
    works: Cell
    examples: Prose


@dataclass(frozen=True, slots=True)
class LiteratureView:
    """From the sources to the gaps."""

    summary: Prose
    waits: Prose
    stopped: Prose
    sources: tuple[SourceRow, ...]
    queries: tuple[QueryRow, ...]
    boxes: tuple[BoxRow, ...]
    reasons: tuple[ReasonRow, ...]
    keys: tuple[KeyRow, ...]
    gaps: tuple[GapRow, ...]
    gap_note: Prose
