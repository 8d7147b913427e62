"""The fixed words of the reports: statuses, verdicts and states, each with a sign so that colour is not needed."""

from __future__ import annotations

from collections.abc import Mapping

from orchestrator.reports.history import History
from store.task.state import Task

Words = Mapping[str | None, str]

VERDICTS: Words = {"GO": "GO", "NO_GO": "NO-GO", "INCONCLUSIVE": "INCONCLUSIVE", None: "NOT ASSESSED"}

VERDICT_SIGNS: Words = {"GO": "✓", "NO_GO": "✗", "INCONCLUSIVE": "?", None: "…"}

STATUS_SIGNS: Words = {
    "planned": "○",
    "claimed": "▷",
    "succeeded": "◐",
    "accepted": "✓",
    "returned": "↺",
    "failed": "✗",
    "blocked": "⊘",
    "superseded": "⊘",
    "cancelled": "–",
    "open": "?",
    "made": "✓",
    "expired": "–",
    "withdrawn": "–",
}

STATUS_WORDS: Words = {
    **{status: status or "" for status in STATUS_SIGNS},
    "superseded": "replaced",
    "succeeded": "done, not accepted",
}
"""The status, in more words where the reader needs them."""

REPLACED: Words = {
    "blocked": "blocked, then replaced",
    "failed": "failed, then replaced",
    "succeeded": "not accepted, then replaced",
}
"""A superseded task, by how its last attempt ended."""

STATE_SIGNS: Words = {"met": "✓", "unmet": "✗", "unknown": "?"}

CHECKED: Words = {"met": "met", "unmet": "not met", "unknown": "not checked"}
"""The states of an acceptance criterion."""

FINDING_SIGNS: Words = {"ok": "○", "collapsed": "●", "undefined": "–", "inconclusive": "?", "": "–"}
"""The verdict of a diagnosis on attention, or on influence."""

FOR_TEMPLATES: Mapping[str, Words] = {
    "verdicts": VERDICTS,
    "verdict_signs": VERDICT_SIGNS,
    "status_signs": STATUS_SIGNS,
    "status_words": STATUS_WORDS,
    "state_signs": STATE_SIGNS,
    "checked": CHECKED,
    "finding_signs": FINDING_SIGNS,
}
"""Look-ups for templates."""


def status_words(task: Task, history: History) -> str:
    """The status of a task; where another took its place, after what."""
    if task.status != "superseded":
        return STATUS_WORDS[task.status]
    return REPLACED.get(history.last_outcome(task.task_id), STATUS_WORDS["superseded"])
