"""What could not be done as planned, and what was done about it. Pure."""

from __future__ import annotations

from orchestrator.reports.book import FigureBook
from orchestrator.reports.history import History
from orchestrator.reports.naming import task_link, task_model
from orchestrator.reports.parts.standing import why
from orchestrator.reports.prose import Code, Label, Piece, Prose, Said
from orchestrator.reports.sections.blockers import Blocker, Blockers
from orchestrator.reports.wording import status_words
from store.task.state import Task


def build(history: History, book: FigureBook) -> Blockers:
    """Tasks that were blocked, failed or sent back, and results that came too late."""
    troubled = [
        task
        for task in history.tasks
        if task.status in ("blocked", "superseded", "failed")
        or task.returns
        or any(
            attempt.outcome in ("failed", "taken over", "released")
            for attempt in history.attempts.get(task.task_id, ())
        )
    ]
    return Blockers(
        tuple(
            Blocker(
                task=link,
                model=task_model(task),
                status=task.status,
                status_words=status_words(task, history),
                issue=_issue(task, history),
                mitigation=_mitigation(task, history),
            )
            for task in troubled
            if not isinstance(link := task_link(history, task.task_id), Label)
        )
    )


def _issue(task: Task, history: History) -> Said:
    if task.status == "superseded":
        return why(task, history)
    if task.reason and task.status != "cancelled":
        return Said(task.reason, task.status_position)
    reasons = [(a.reason, a.end_position or a.position) for a in history.attempts.get(task.task_id, ()) if a.reason]
    reasons += [
        (review.event.reason, review.position)
        for review in history.reviews.get(task.task_id, ())
        if review.event.type == "TaskReturned"
    ]
    text, position = max(reasons, key=lambda found: found[1], default=("", task.position))
    return Said(text, position)


def _mitigation(task: Task, history: History) -> Prose:
    remedy: Prose = ("Suggested: ", Said(task.remedy.rstrip(". "), task.status_position), ".") if task.remedy else ()
    if task.superseded_by is not None:
        by = history.board.tasks_by_id[task.superseded_by]
        stand_in: Piece | None = task_model(by)
        named: Prose = (" (", stand_in, ")") if stand_in is not None else ()
        space: Prose = (" ",) if remedy else ()
        return ("Replaced by ", task_link(history, by.task_id), *named, f", which is {by.status}.", *space, *remedy)
    if task.status == "accepted":
        return ("Repeated and accepted.",)
    questions = [
        decision
        for decision in history.board.decisions
        if decision.request.subject == task.subject and decision.position > task.status_position
    ]
    if questions:
        asked = questions[0]
        state = f"answered: {asked.chosen}" if asked.chosen is not None else "which is open"
        space = (" ",) if remedy else ()
        return ("Put to a human as ", Code(asked.request.decision_id), ", ", state, ".", *space, *remedy)
    return remedy or ("None yet.",)
