"""Changes of the protocol: who, when, what, why, and what had been seen by then. Pure."""

from __future__ import annotations

from orchestrator.reports.book import FigureBook
from orchestrator.reports.history import History
from orchestrator.reports.prose import LOOKS, Code, Prose, Said, counted
from orchestrator.reports.sections.decisions import AmendmentView
from store.events import StudyRegistered
from store.study.amendments import protocol_values
from store.study.protocol import Study


def amendment_views(history: History, book: FigureBook) -> tuple[AmendmentView, ...]:
    """Every change of the protocol, and what had been seen by then."""
    views, before = [], _registered(history)
    for amendment in history.board.amendments:
        position = amendment.position
        if not history.measured_before(position):
            note: Prose = ("It came before any model was measured.",)
        elif not history.looks_before(position):
            note = ("It came after models were measured and before any comparison was accepted.",)
        else:
            looks = book.derived(f"looks/before/{position}")
            note = ("It came after ", *counted(looks, *LOOKS), ", with knowledge of the data.")
        views.append(
            AmendmentView(
                at=amendment.at,
                by=Said(amendment.by, position),
                reason=Said(amendment.event.reason, position),
                changed=tuple(_change(key, before, amendment.event.study, position) for key in amendment.event.changed),
                digest=Code(amendment.event.digest, amendment.event.digest[:12]),
                note=note,
            )
        )
        before = amendment.event.study
    return tuple(views)


def _registered(history: History) -> Study:
    """The protocol before any amendment."""
    return next(entry.event.study for entry in history.entries if isinstance(entry.event, StudyRegistered))


def _change(key: str, before: Study, after: Study, position: int) -> Prose:
    """A key of the protocol with its old and new value."""
    was, now = (dict(protocol_values(study)).get(key) for study in (before, after))
    return (Code(key), " from ", Said(_words(was), position), " to ", Said(_words(now), position))


def _words(value: object) -> str:
    return "nothing" if value is None else str(value)
