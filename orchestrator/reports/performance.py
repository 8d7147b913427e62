"""How long it took and what the machine could do: timestamps of the log and evidence of the tasks. Pure."""

from __future__ import annotations

from orchestrator.reports.book import FigureBook
from orchestrator.reports.context import Labelled
from orchestrator.reports.naming import task_link, task_model
from orchestrator.reports.past import Past
from orchestrator.reports.prose import Code, Estimate, Prose, counted
from store.evidence import Evidence
from store.task.state import Task


def performance(past: Past, book: FigureBook) -> tuple[Labelled, ...]:
    """Times first, then throughput, latency and memory."""
    return (*_times(past, book), *_machine(past, book), *_models(past, book))


def _times(past: Past, book: FigureBook) -> list[Labelled]:
    base = f"cycle/{past.cycle.number}"
    end = "its end" if past.cycle.closed_at else "the last event"
    rows = [Labelled(("Cycle",), book.derived(f"{base}/elapsed_s"), (f"from the opening of the cycle to {end}",))]
    timed = sorted(
        (task for task in past.tasks if task.duration_s is not None), key=lambda task: task.duration_s or 0.0
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
        Labelled(("Fastest task",), book.derived(f"{base}/task_time/fastest_s"), (task_link(past, timed[0].task_id),)),
        Labelled(("Slowest task",), book.derived(f"{base}/task_time/slowest_s"), (task_link(past, timed[-1].task_id),)),
    ]


def _machine(past: Past, book: FigureBook) -> list[Labelled]:
    rows = []
    for task in past.tasks:
        if task.kind != "environment" or task.status != "accepted":
            continue
        keys = ["throughput/best", "batch_size/best"]
        keys += sorted((i.metric for i in task.evidence if i.metric.startswith("throughput/batch_")), key=_batch)
        keys += ["memory/total_bytes", "memory/available_bytes", "gpu/count", "cpu/count", "peak_bytes"]
        rows += [_row(task, item, past, book) for key in keys if (item := task.value(key)) is not None]
    return rows


def _models(past: Past, book: FigureBook) -> list[Labelled]:
    return [
        _row(task, item, past, book)
        for task in past.tasks
        if task.kind == "diagnostic" and task.status == "accepted"
        for key in ("latency_s", "latency_tapped_s", "peak_bytes")
        if (item := task.value(key)) is not None
    ]


def _row(task: Task, item: Evidence, past: Past, book: FigureBook) -> Labelled:
    model = task_model(task)
    of: Prose = (model, ", ") if model is not None else ()
    return Labelled((Code(item.metric),), Estimate(book.evidence(item)), (*of, task_link(past, task.task_id)))


def _batch(metric: str) -> tuple[int, str]:
    digits = metric.rpartition("_")[2]
    return (int(digits) if digits.isdigit() else 0, metric)
