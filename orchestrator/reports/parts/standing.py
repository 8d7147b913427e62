"""The status of a task in a sentence, and why a task was replaced. Pure."""

from __future__ import annotations

from orchestrator.reports.history import History
from orchestrator.reports.naming import task_link
from orchestrator.reports.prose import Piece, Prose, Said
from orchestrator.reports.wording import status_words
from store.events import TaskSuperseded
from store.task.state import Task


def standing(task: Task, history: History) -> Prose:
    """The status in a sentence. Only accepted counts as completed."""
    reason: Piece = Said(task.reason.rstrip(". "), task.status_position)
    match task.status:
        case "planned":
            return ("Planned, not started.",)
        case "claimed":
            return ("Under way.",)
        case "succeeded" if task.returns:
            return ("Repeated, and again not accepted; a human has to look at it.",)
        case "succeeded":
            return ("Done, and not yet reviewed; it does not count as completed.",)
        case "accepted":
            return ("Completed: the reviewer found every acceptance criterion met.",)
        case "returned":
            return ("Returned by the reviewer, to be repeated: ", reason, ".")
        case "failed":
            return ("Failed: ", reason, ".")
        case "blocked":
            return ("Blocked: ", reason, ".")
        case "superseded":
            by = task_link(history, task.superseded_by or "")
            words = status_words(task, history)
            ended: Prose = (f"{words[0].upper()}{words[1:]} by ", by, "; it does not count as completed.")
            return (*ended, " The reason: ", why(task, history), ".")
        case "cancelled":
            return ("Cancelled: ", reason, ".")


def why(task: Task, history: History) -> Said:
    """Why a superseded task could not be done: its own reason, else the one for which it was replaced."""
    event = history.event(task.status_position)
    text = task.reason or (event.because if isinstance(event, TaskSuperseded) else "")
    return Said(text.rstrip(". "), task.status_position)
