"""How long it took and what the machine could do: timestamps of the log and evidence of the tasks. Pure."""

from __future__ import annotations

from orchestrator.reports.book import FigureBook
from orchestrator.reports.history import History
from orchestrator.reports.naming import task_link, task_model
from orchestrator.reports.prose import Code, Estimate, Prose, counted
from orchestrator.reports.sections.performance import Labelled, Performance
from store.evidence import Evidence
from store.kinds import diagnostics_metrics as d
from store.kinds import environment as e
from store.kinds.diagnostics import KIND as DIAGNOSTIC
from store.kinds.environment import KIND as ENVIRONMENT
from store.task.state import Task


def build(history: History, book: FigureBook) -> Performance:
    """Times first, then throughput, latency and memory."""
    return Performance((*_times(history, book), *_machine(history, book), *_models(history, book)))


def _times(history: History, book: FigureBook) -> list[Labelled]:
    base = f"cycle/{history.cycle.number}"
    end = "its end" if history.cycle.closed_at else "the last event"
    rows = [Labelled(("Cycle",), book.derived(f"{base}/elapsed_s"), (f"from the opening of the cycle to {end}",))]
    timed = sorted(
        (task for task in history.tasks if task.duration_s is not None), key=lambda task: task.duration_s or 0.0
    )
    if not timed:
        return rows
    count = book.derived(f"{base}/task_time/tasks")
    return [
        *rows,
        Labelled(
            ("Tasks together",),
            book.derived(f"{base}/task_time/total_s"),
            (*counted(count, "task", "tasks"), ", the last attempt of each"),
        ),
        Labelled(("Mean per task",), book.derived(f"{base}/task_time/mean_s"), ("",)),
        Labelled(
            ("Fastest task",), book.derived(f"{base}/task_time/fastest_s"), (task_link(history, timed[0].task_id),)
        ),
        Labelled(
            ("Slowest task",), book.derived(f"{base}/task_time/slowest_s"), (task_link(history, timed[-1].task_id),)
        ),
    ]


def _machine(history: History, book: FigureBook) -> list[Labelled]:
    rows = []
    for task in history.tasks:
        if task.kind != ENVIRONMENT.name or task.status != "accepted":
            continue
        swept = sorted(task.values(e.THROUGHPUT), key=lambda found: int(found[0]["batch"]))
        items = [task.value(e.BEST_THROUGHPUT), task.value(e.BEST_BATCH_SIZE), *(item for _, item in swept)]
        items += [task.value(each) for each in (e.MEMORY_TOTAL, e.MEMORY_AVAILABLE, e.GPUS, e.CPUS, e.PEAK_BYTES)]
        rows += [_row(task, item, history, book) for item in items if item is not None]
    return rows


def _models(history: History, book: FigureBook) -> list[Labelled]:
    return [
        _row(task, item, history, book)
        for task in history.tasks
        if task.kind == DIAGNOSTIC.name and task.status == "accepted"
        for metric in (d.LATENCY, d.LATENCY_TAPPED, d.PEAK_BYTES)
        if (item := task.value(metric)) is not None
    ]


def _row(task: Task, item: Evidence, history: History, book: FigureBook) -> Labelled:
    model = task_model(task)
    of: Prose = (model, ", ") if model is not None else ()
    return Labelled((Code(item.metric),), Estimate(book.evidence(item)), (*of, task_link(history, task.task_id)))
