"""The rows of a model's sites: each role as a whole and every site of which the log holds something. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from orchestrator.reports.book import FigureBook
from orchestrator.reports.parts.estimates import NOT, cell
from orchestrator.reports.prose import Absent, Cell, Code, Label
from orchestrator.reports.sections.influence import SiteRow
from orchestrator.reports.site_places import ROLES, SitePlace, collapsed, places
from store.evidence import Evidence
from store.task.state import Task

SITE = re.compile(r"influence/uniform-site/(.+)/change")
"""The metric of a site's influence."""

_LAYER = re.compile(rf"layer/({'|'.join(ROLES)})/(\d+)/entropy_norm")
_NOWHERE = SitePlace("", None)


def site_rows(task: Task, found: Mapping[str, Evidence], book: FigureBook) -> tuple[SiteRow, ...]:
    """By role: the role as a whole, then its layers. At the end what is no layer, or whose place the log does not tell.

    `found` is the evidence of the task by metric.
    """
    bad, rows = collapsed(task), list[SiteRow]()
    located = sorted(_located(task, found), key=lambda pair: (pair[0].order, pair[1] or ""))
    for role in ROLES:
        rows += _whole(role, task, found, book)
        rows += [_of_site(*pair, pair[0].key in bad, found, book) for pair in located if pair[0].role == role]
    rows += [_of_site(*pair, False, found, book) for pair in located if pair[0].role not in ROLES]
    return tuple(rows)


def _located(task: Task, found: Mapping[str, Evidence]) -> Iterator[tuple[SitePlace, str | None]]:
    """Every site with its place. A log without places knows layers without names, and names without layers."""
    known = places(task)
    named = {place.key for place in known.values()}
    yield from ((place, site) for site, place in known.items())
    for metric in found:
        if (layer := _LAYER.fullmatch(metric)) is not None:
            place = SitePlace(layer[1], int(layer[2]))
            if place.key not in named:
                yield place, None
        elif (site := SITE.fullmatch(metric)) is not None and site[1] not in known:
            yield _NOWHERE, site[1]


def _whole(role: str, task: Task, found: Mapping[str, Evidence], book: FigureBook) -> Iterator[SiteRow]:
    undefined = task.facts.get(f"Undefined: {role}_entropy_norm")
    entropy = found.get(f"{role}_entropy_norm")
    if entropy is None and undefined is None:
        return
    yield SiteRow(
        role=role,
        layer=Label("as a whole"),
        site=None,
        collapsed=False,
        entropy=cell(entropy, book),
        null=cell(found.get(f"null/{role}/entropy_norm"), book),
        lost=cell(found.get(f"null/{role}/loss"), book),
        change=NOT,
        rise=NOT,
        gated=NOT,
        undefined=Absent("undefined", undefined) if undefined is not None and entropy is None else None,
    )


def _of_site(place: SitePlace, site: str | None, bad: bool, found: Mapping[str, Evidence], book: FigureBook) -> SiteRow:
    def value(metric: str) -> Cell:
        return cell(found.get(metric), book)

    base = f"layer/{place.key}" if place.layer is not None else f"site/{site}"
    return SiteRow(
        role=place.role,
        layer=Label(str(place.layer) if place.layer is not None else "head" if place.role else "–"),
        site=Code(site) if site is not None else None,
        collapsed=bad,
        entropy=value(f"{base}/entropy_norm"),
        null=value(f"null/{base}/entropy_norm"),
        lost=value(f"null/{base}/loss"),
        change=value(f"influence/uniform-site/{site}/change"),
        rise=value(f"influence/uniform-site/{site}/loss"),
        gated=value(f"{base}/gated_influence"),
        undefined=None,
    )
