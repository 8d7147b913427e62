"""Why a model of the study has no accepted measurement. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from orchestrator.reports.history import History
from orchestrator.reports.prose import ModelName
from orchestrator.reports.wording import status_words
from store.queries.answers import answer
from store.task.state import Task


def why_unmeasured(model: ModelName, tasks: Sequence[Task], history: History) -> str:
    """Why a model of the study has no accepted measurement, by the diagnostics of it that were planned."""
    if answer(history.board, "unavailable_model", model.id) == "drop":
        return "a human decided to go on without it"
    if not tasks:
        return "no measurement was planned"
    last = tasks[-1]
    words = status_words(last, history)
    return f"{words}: {last.reason}" if last.reason else f"its measurement is {words}"
