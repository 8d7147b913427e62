"""Whose weights can be had, by the registry of this version, as of the report. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from orchestrator.reports.book import FigureBook
from orchestrator.reports.history import History
from orchestrator.reports.prose import Code, Label, ModelName, Prose
from orchestrator.reports.sections.access import AccessRow, AccessView
from store.models import ModelRef
from store.registry import HORIZON_DAYS, Model, Release, releases_of

NOTE: Prose = (
    "Weights of the same family as the models under study, whether or not they are these very weights: what the report "
    "measured is named with each result. Unknown is what no source confirmed. All entries: ",
    Code("gonogo models access"), ".",
)  # fmt: skip


def build(history: History, book: FigureBook) -> AccessView | None:
    """None where no family of the study is in the registry."""
    rows = tuple(_rows(history))
    return AccessView(rows, NOTE) if rows else None


def _rows(history: History) -> Iterator[AccessRow]:
    families: dict[str, list[ModelRef]] = {}
    for studied in history.study.models:
        for ref in studied.candidates:
            families.setdefault(ref.family, []).append(ref)
    for family, refs in families.items():
        names = tuple(dict.fromkeys(ModelName.of(ref) for ref in refs))
        for model, release in releases_of(family):
            yield _row(names, model, release, history)


def _row(names: tuple[ModelName, ...], model: Model, release: Release, history: History) -> AccessRow:
    old = release.is_older_than(HORIZON_DAYS, history.at.date())
    looked_up: Prose = (Label(f"{release.as_of:%Y-%m-%d}"),)
    if old:
        looked_up = (*looked_up, ", more than a year before this report")
    return AccessRow(
        models=names,
        release=Label(release.name),
        architecture=model.architecture,
        weights=release.access,
        where=Code(release.where),
        licence=Label(release.licence),
        source=Label(release.source),
        looked_up=looked_up,
    )
