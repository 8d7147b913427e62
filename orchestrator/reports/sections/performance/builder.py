"""How long it took and what the machine could do: timestamps of the log and evidence of the tasks. Pure."""

from __future__ import annotations

from orchestrator.reports.book import FigureBook
from orchestrator.reports.history import History
from orchestrator.reports.naming import task_link, task_model
from orchestrator.reports.prose import Code, Estimate, Prose, counted
from orchestrator.reports.sections.performance import Labelled, Performance
from store.evidence import Evidence
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
        Labelled(("Mean task",), book.derived(f"{base}/task_time/mean_s"), ("",)),
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
        if task.kind != "environment" or task.status != "accepted":
            continue
        keys = ["throughput/best", "batch_size/best"]
        keys += sorted((i.metric for i in task.evidence if i.metric.startswith("throughput/batch_")), key=_batch)
        keys += ["memory/total_bytes", "memory/available_bytes", "gpu/count", "cpu/count", "peak_bytes"]
        rows += [_row(task, item, history, book) for key in keys if (item := task.value(key)) is not None]
    return rows


def _models(history: History, book: FigureBook) -> list[Labelled]:
    return [
        _row(task, item, history, book)
        for task in history.tasks
        if task.kind == "diagnostic" and task.status == "accepted"
        for key in ("latency_s", "latency_tapped_s", "peak_bytes")
        if (item := task.value(key)) is not None
    ]


def _row(task: Task, item: Evidence, history: History, book: FigureBook) -> Labelled:
    model = task_model(task)
    of: Prose = (model, ", ") if model is not None else ()
    return Labelled((Code(item.metric),), Estimate(book.evidence(item)), (*of, task_link(history, task.task_id)))


def _batch(metric: str) -> tuple[int, str]:
    digits = metric.rpartition("_")[2]
    return (int(digits) if digits.isdigit() else 0, metric)
