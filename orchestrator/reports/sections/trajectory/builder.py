"""How far it is to the day on which a decision is wanted, the pace so far, and what is still to come. Pure."""

from __future__ import annotations

from datetime import date

from orchestrator.reports.book import FigureBook
from orchestrator.reports.derived import derive
from orchestrator.reports.history import History
from orchestrator.reports.prose import LOOKS, Label, Prose, counted
from orchestrator.reports.sections.trajectory import Trajectory
from store.queries.answers import stopped

_DAYS = ("day", "days")

UNPREDICTABLE: Prose = (
    "How long humans take to answer cannot be predicted from the log, so no completion date is forecast.",
)


def build(history: History, book: FigureBook) -> Trajectory:
    """By the log alone: no day of completion is forecast."""
    target = history.study.target
    if target is None:
        return Trajectory((("No target date was set.",),))
    return Trajectory(
        (_to_target(target, history, book), *_pace(history, book), _to_come(history, book), UNPREDICTABLE)
    )


def _to_target(target: date, history: History, book: FigureBook) -> Prose:
    day, today = Label(target.isoformat()), Label(history.at.date().isoformat())
    if history.at.date() <= target:
        left = counted(book.derived("days/to_target"), *_DAYS)
        return ("The target date is ", day, ", ", *left, " after ", today, ", the day of the last event.")
    over = counted(book.derived("days/past_target"), *_DAYS)
    return ("The target date was ", day, ", ", *over, " before ", today, ", the day of the last event.")


def _pace(history: History, book: FigureBook) -> tuple[Prose, ...]:
    if history.study.decision.last_look is None:
        done: Prose = ("Looks done: ", book.derived("looks/done"), " of an open number.")
    else:
        planned = book.pointed(history.protocol_position, "/study/decision/looks", "looks")
        done = ("Looks done: ", book.derived("looks/done"), " of ", planned, " planned.")
    median: Prose = ("The median duration of a cycle so far is ", book.derived("cycles/median_s"))
    open_end = "" if history.cycle.closed_at else ", this one up to the last event"
    cycles = counted(book.derived("cycles"), "cycle", "cycles")
    return (done, (*median, ", over ", *cycles, open_end, "; the time between cycles is not included."))


def _to_come(history: History, book: FigureBook) -> Prose:
    looks, questions = "looks/left", f"cycle/{history.cycle.number}/decisions/open"
    steps: list[Prose] = []
    if history.study.decision.last_look is None:
        steps.append(("as many looks as it takes",))
    elif derive(looks, history).value and not stopped(history.board):
        steps.append((*counted(book.derived(looks), *LOOKS), " to be taken, unless the claim is established sooner"))
    if derive(questions, history).value:
        steps.append((*counted(book.derived(questions), "question", "questions"), " to be answered by a human"))
    if not steps:
        return ("No look is left to take, and no question to answer.",)
    return ("Still to come: ", *steps[0], *(piece for step in steps[1:] for piece in ("; ", *step)), ".")
