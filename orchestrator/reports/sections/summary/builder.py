"""The report in a minute: results of the cycle, work that was accomplished, and work that was not. Pure."""

from __future__ import annotations

from orchestrator.reports.book import FigureBook
from orchestrator.reports.history import History
from orchestrator.reports.naming import task_link, task_model
from orchestrator.reports.parts.audits import contradictory
from orchestrator.reports.parts.collapse import kinds_found
from orchestrator.reports.parts.header import header
from orchestrator.reports.parts.measurements import look_number
from orchestrator.reports.parts.standing import standing
from orchestrator.reports.prose import Code, ModelName, Piece, Prose, Said, Strong, counted, listed
from orchestrator.reports.sections.summary import Summary
from orchestrator.reports.wording import VERDICTS, status_words
from store.kinds.diagnostics import DiagnosticFacts, DiagnosticSpec
from store.kinds.statistics import StatisticsSpec
from store.kinds.statistics_metrics import COLLAPSED, EXCLUDED, MODELS
from store.task.state import Status, Task

_UNFINISHED: tuple[tuple[Status, str], ...] = (
    ("blocked", "blocked"),
    ("succeeded", "done but not accepted"),
    ("returned", "returned"),
    ("failed", "failed"),
    ("claimed", "under way"),
    ("planned", "planned"),
    ("cancelled", "cancelled"),
)


def build(history: History, book: FigureBook) -> Summary:
    """Results first, then tasks that were accepted and tasks that were not."""
    lines = [_completed(history, book), *_verdict(history), *_counts(history, book), *_diagnosed(history, book)]
    lines += [*_waiting(history, book), *contradictory(history, book)]
    return Summary(
        lines=tuple(lines),
        accomplished=tuple(_done(task, history) for task in history.tasks if task.status == "accepted"),
        unaccomplished=tuple(
            (task_link(history, task.task_id), *_of_model(task), ": ", *_lowered(standing(task, history)))
            for task in history.tasks
            if task.status != "accepted"
        ),
    )


def _completed(history: History, book: FigureBook) -> Prose:
    base = f"cycle/{history.cycle.number}/tasks"
    if not history.tasks:
        return ("No task was planned in this cycle.",)
    accepted, planned = book.derived(f"{base}/accepted"), book.derived(base)
    done: Prose = (accepted, " of ", planned, " tasks are completed, that is, accepted by the reviewer")
    superseded = [task for task in history.tasks if task.status == "superseded"]
    replaced = {history.last_outcome(task.task_id): status_words(task, history) for task in superseded}
    rest: list[Prose] = [
        (book.derived(f"{base}/superseded/{outcome}"), f" {words}") for outcome, words in sorted(replaced.items())
    ]
    rest += [
        (book.derived(f"{base}/{status}"), f" {words}")
        for status, words in _UNFINISHED
        if any(task.status == status for task in history.tasks)
    ]
    return (*done, "; ", *listed(rest), ".") if rest else (*done, ".")


def _verdict(history: History) -> list[Prose]:
    view = header(history).verdict
    if view.verdict is None:
        return [*[view.reason], *view.notes]
    return [("The verdict is ", Strong(VERDICTS[view.verdict]), ": ", *view.reason), *view.notes]


def _counts(history: History, book: FigureBook) -> list[Prose]:
    comparison = history.comparison
    counts = (MODELS, COLLAPSED, EXCLUDED)
    models, collapsed, excluded = (comparison.value(each) if comparison else None for each in counts)
    if models is None or collapsed is None or excluded is None:
        return [("No model has been tested yet: there is no accepted comparison.",)]
    assert comparison is not None
    metric = comparison.spec.metric if isinstance(comparison.spec, StatisticsSpec) else "the measure"
    rest = models.value - collapsed.value - excluded.value
    others = "; the others are undecided or undetermined." if rest else "."
    return [
        (
            "By the rule a model collapses where the mean of ", Code(metric), " lies beyond the threshold: of ",
            *counted(book.evidence(models), "model", "models"), " compared, that is shown in ",
            book.evidence(collapsed), " and excluded in ", book.evidence(excluded), others,
        )
    ]  # fmt: skip


def _diagnosed(history: History, book: FigureBook) -> list[Prose]:
    """In which models that count the diagnostics found kinds of collapse, and harm; in older logs, collapse."""
    counted = {model.id for model in history.study.counted}
    told = [(task, DiagnosticFacts.read(task.facts)) for task in history.measurements if task.subject in counted]
    judged = [(task, facts) for task, facts in told if facts.attention and facts.influence]

    def named(tasks: list[Task]) -> Prose:
        return listed([_named(task, history, book) for task in tasks]) or ("no model",)

    by_kind = [(task, facts) for task, facts in told if facts.harm]
    found = [
        (*_named(task, history, book), " (", *kinds_found(facts), ")") for task, facts in by_kind if kinds_found(facts)
    ]
    kinds: list[Prose] = [
        (
            "What that does to a model is told apart from it. Kinds of collapse that the maps of attention show: ",
            *(listed(found) or ("none",)), ". Harm is shown in ",
            *named([task for task, facts in by_kind if facts.harm == "harmful"]), ", excluded in ",
            *named([task for task, facts in by_kind if facts.harm == "harmless"]), ", and undecided in ",
            *named([task for task, facts in by_kind if facts.harm == "undecided"]),
            ". The section on kinds of collapse shows on what grounds.",
        )
    ]  # fmt: skip
    if not judged:
        return kinds if by_kind else []
    return [
        *(kinds if by_kind else []),
        (
            "Compared with random initialisations of the same architecture, attention has collapsed (in the whole "
            "model or in some layers) in ",
            *named([task for task, facts in judged if facts.attention == "collapsed"]), ". Influence has collapsed in ",
            *named([task for task, facts in judged if facts.influence == "collapsed"]),
            ". The section on entropy and influence shows both, site by site.",
        )
    ]  # fmt: skip


def _named(task: Task, history: History, book: FigureBook) -> Prose:
    """The model of a measurement; where the comparison rests on several, at which look."""
    assert isinstance(task.spec, DiagnosticSpec)
    several = len(history.sources(task.spec.model.id)) > 1
    return (ModelName.of(task.spec.model), *((" (look ", look_number(task, book), ")") if several else ()))


def _waiting(history: History, book: FigureBook) -> list[Prose]:
    waiting = book.derived(f"cycle/{history.cycle.number}/decisions/open") if history.board.open_decisions else None
    if waiting is None or not waiting.value:
        return []
    return [("Questions waiting for a human: ", waiting, ".")]


def _done(task: Task, history: History) -> Prose:
    words: Piece = Said(task.summary, task.status_position) if task.summary else Said(task.title, task.position)
    return (task_link(history, task.task_id), *_of_model(task), ": ", words)


def _of_model(task: Task) -> Prose:
    model = task_model(task)
    return (", ", model) if model is not None else ()


def _lowered(prose: Prose) -> Prose:
    first, *rest = prose
    return (f"{first[0].lower()}{first[1:]}", *rest) if isinstance(first, str) else prose
