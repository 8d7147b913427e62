"""What the study still needs, as far as the board knows. Pure."""

from __future__ import annotations

from orchestrator.reports.book import FigureBook
from orchestrator.reports.history import History
from orchestrator.reports.naming import task_link, task_model
from orchestrator.reports.parts.literature import literature_waits
from orchestrator.reports.prose import Code, ModelName, Prose, Said
from store.queries.literature import is_tracked
from store.queries.looks import looks_done
from store.queries.models import active_models, measured
from store.task.state import Task


def remaining_work(history: History, book: FigureBook) -> tuple[Prose, ...]:
    """What the study still needs, as far as the board knows."""
    lines: list[Prose] = []
    for task in history.tasks:
        if task.status in ("planned", "claimed", "returned", "succeeded"):
            title = Said(task.title, task.position)
            lines.append((task_link(history, task.task_id), f", {task.status}: ", title, *_tag(task)))
    for model in active_models(history.board):
        if measured(history.board, model, max(looks_done(history.board), 1)) is None:
            lines.append(("Measure ", ModelName.of(model.ref), " or a substitute for it."))
    position = history.protocol_position
    if history.comparison is None:
        lines.append(("Test and compare the models: no comparison has been accepted.",))
    elif history.study.decision.allows(looks_done(history.board) + 1):
        done: Prose = (book.derived("looks/done"),)
        if history.study.decision.last_look is not None:
            done = (*done, " of ", book.pointed(position, "/study/decision/looks", "looks"))
        lines.append(("Take further looks, unless the claim is established: ", *done, " done."))
    for decision in history.board.open_decisions:
        if decision.request.cycle <= history.cycle.number:
            question = Said(decision.request.question, decision.position)
            lines.append(("Answer ", Code(decision.request.decision_id), ": ", question))
    if is_tracked(history.board):
        lines.append(literature_waits(history.board, book))
    return tuple(lines)


def _tag(task: Task) -> Prose:
    model = task_model(task)
    return (" (", model, ")") if model is not None and model.untrained else ()
