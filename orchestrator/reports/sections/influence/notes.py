"""What the numbers on entropy and influence come to, in sentences. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from orchestrator.reports.book import FigureBook
from orchestrator.reports.prose import Absent, Cell, Estimate, Prose, listed
from orchestrator.reports.sections.influence import SiteRow
from orchestrator.reports.sections.influence.site_rows import SITE
from orchestrator.reports.site_places import ROLES
from store.evidence import Evidence


def notes(rows: Sequence[SiteRow], found: Mapping[str, Evidence], book: FigureBook) -> tuple[Prose, ...]:
    """On how many images sites were changed, where nothing depends on attention, and the correlations in words."""
    if not any(metric.startswith("influence/") for metric in found):
        return (("No intervention was made, so nothing is said of influence.",),)
    return (*_images(found, book), *_idle(rows), *_meaning(found, "sites", book), *_meaning(found, "heads", book))


def _images(found: Mapping[str, Evidence], book: FigureBook) -> tuple[Prose, ...]:
    change = next((item for metric, item in found.items() if SITE.fullmatch(metric)), None)
    images = book.images(change) if change is not None else None
    return (
        ()
        if images is None
        else (
            (
                "Sites were made uniform on the first ",
                images,
                " images.",
            ),
        )
    )


def _idle(rows: Sequence[SiteRow]) -> tuple[Prose, ...]:
    """Where attention reaches nothing, whatever its entropy."""
    gated = [row for row in rows if not isinstance(row.gated, Absent)]
    closed = [row for row in gated if _is_zero(row.gated)]
    idle = [row for row in rows if _is_zero(row.change) and row not in closed]
    said: list[Prose] = []
    if gated:
        said.append(("Through the gate: what a site adds to the stream it is added to, as a share of that stream.",))
    if closed:
        said.append(
            ("The gate is closed at ", *_named(closed), ": however wide attention is spread there, nothing of what it "
             "gathers reaches the output."),
        )  # fmt: skip
    if idle:
        said.append(("Nothing moves on these images when attention is made uniform at ", *_named(idle), "."))
    return tuple(said)


def _named(rows: Sequence[SiteRow]) -> Prose:
    return listed([(row.role, " layer ", row.layer) if row.role in ROLES else (row.site or row.role,) for row in rows])


def _is_zero(value: Cell) -> bool:
    """Zero on every image, and not by rounding."""
    if not isinstance(value, Estimate):
        return False
    interval = value.figure.interval
    return value.figure.value == 0 and (interval is None or interval.low == interval.high == 0)


def _meaning(found: Mapping[str, Evidence], level: str, book: FigureBook) -> tuple[Prose, ...]:
    """A rank correlation in words, whatever it is."""
    item, count = (found.get(f"influence/{level}/{key}") for key in ("spearman_entropy_norm", "compared"))
    if item is None or count is None:
        why = "they were not compared, or they are too few or too much alike for one"
        return ((f"There is no rank correlation over {level}: {why}.",),)
    over: Prose = ("Over its ", book.evidence(count), f" {level}, the rank correlation of entropy and influence is ")
    return ((*over, Estimate(book.evidence(item)), f": {_in_words(item, level)}."),)


def _in_words(item: Evidence, level: str) -> str:
    interval = item.interval
    if interval is None:
        return (
            f"an order so perfect has no interval, so it cannot be told from these {level} whether the two go together"
        )
    if interval.low <= 0 <= interval.high:
        return f"the interval holds zero, so it cannot be told from these {level} whether the two go together"
    if interval.low > 0:
        return f"the output depends more on {level} whose attention is spread wider"
    return f"the output depends more on {level} whose attention is sharper"
