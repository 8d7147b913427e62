"""Removes what a run that was killed has left behind: partial files, and scratch folders of claims that have ended."""

from __future__ import annotations

import shutil

from orchestrator.artifacts import sweep
from orchestrator.services import Services


def clean_up(services: Services) -> None:
    """Nothing that another run is at work on is touched: files that are being written, folders of claims in force."""
    workspace = services.workspace
    for folder in (workspace.root / "reports", workspace.artifacts, workspace.heads, workspace.traces):
        sweep(folder)
    sweep(workspace.root, "")
    if not workspace.scratch.is_dir():
        return
    found = list(workspace.scratch.iterdir())  # before the claims: a folder is made under a claim that is appended
    services.ledger.refresh()
    claimed = {
        scratch_name(task.task_id, task.fence) for task in services.ledger.board.tasks if task.status == "claimed"
    }
    for path in found:
        if path.name not in claimed:
            shutil.rmtree(path, ignore_errors=True)


def scratch_name(task_id: str, fence: int) -> str:
    """Name of the scratch folder of one claim."""
    return f"{task_id}-{fence}"
