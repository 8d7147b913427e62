"""The rows of a model's sites: each role as a whole and every site of which the log holds something. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from orchestrator.reports.book import FigureBook
from orchestrator.reports.parts.estimates import NOT, cell
from orchestrator.reports.prose import Absent, Cell, Code, Label
from orchestrator.reports.sections.influence import SiteRow
from store.kinds import diagnostics_metrics as d
from store.kinds.diagnostics import DiagnosticFacts
from store.kinds.diagnostics_sites import ROLES, SitePlace
from store.metrics import Metric
from store.task.state import Task

_NOWHERE = SitePlace("", None)


def site_rows(task: Task, book: FigureBook) -> tuple[SiteRow, ...]:
    """By role: the role as a whole, then its layers. Last, pooling heads and sites whose place the log lacks."""
    bad, rows = DiagnosticFacts.read(task.facts).collapsed, list[SiteRow]()
    located = sorted(_located(task), key=lambda pair: (pair[0].order, pair[1] or ""))
    for role in ROLES:
        rows += _whole(role, task, book)
        rows += [_of_site(*pair, pair[0].name in bad, task, book) for pair in located if pair[0].role == role]
    rows += [_of_site(*pair, False, task, book) for pair in located if pair[0].role not in ROLES]
    return tuple(rows)


def _located(task: Task) -> Iterator[tuple[SitePlace, str | None]]:
    """Every site with its place. A log without places knows layers without names, and names without layers."""
    known = DiagnosticFacts.read(task.facts).places
    named = {place.name for place in known.values()}
    yield from ((place, site) for site, place in known.items())
    for key, _ in task.values(d.LAYER_ENTROPY_NORM):
        place = SitePlace(key["role"], int(key["layer"]))
        if place.name not in named:
            yield place, None
    yield from ((_NOWHERE, key["site"]) for key, _ in task.values(d.SITE_CHANGE) if key["site"] not in known)


def _whole(role: str, task: Task, book: FigureBook) -> Iterator[SiteRow]:
    measure = d.ROLE_ENTROPY_NORM.at(role=role)
    undefined = DiagnosticFacts.read(task.facts).undefined.get(measure.path)
    entropy = task.value(measure)
    if entropy is None and undefined is None:
        return
    yield SiteRow(
        role=role,
        layer=Label("as a whole"),
        site=None,
        collapsed=False,
        entropy=cell(entropy, book),
        null=cell(task.value(d.NULL_ENTROPY_NORM, role=role), book),
        lost=cell(task.value(d.NULL_LOSS, role=role), book),
        change=NOT,
        rise=NOT,
        gated=NOT,
        undefined=Absent("undefined", undefined) if undefined is not None and entropy is None else None,
    )


def _of_site(place: SitePlace, site: str | None, bad: bool, task: Task, book: FigureBook) -> SiteRow:
    def of_layer(metric: Metric) -> Cell:
        return NOT if place.layer is None else cell(task.value(metric, role=place.role, layer=place.layer), book)

    def of_site(metric: Metric) -> Cell:
        return NOT if site is None else cell(task.value(metric, site=site), book)

    return SiteRow(
        role=place.role,
        layer=Label(str(place.layer) if place.layer is not None else "head" if place.role else "–"),
        site=Code(site) if site is not None else None,
        collapsed=bad,
        entropy=of_site(d.SITE_ENTROPY_NORM) if place.layer is None else of_layer(d.LAYER_ENTROPY_NORM),
        null=of_layer(d.NULL_LAYER_ENTROPY_NORM),
        lost=of_layer(d.NULL_LAYER_LOSS),
        change=of_site(d.SITE_CHANGE),
        rise=of_site(d.SITE_RISE),
        gated=of_layer(d.LAYER_GATED_INFLUENCE),
        undefined=None,
    )
