"""The reviewer: accepts finished work that meets its acceptance criteria, and returns the rest, once."""

from __future__ import annotations

from collections.abc import Sequence

from agents.agent import Agent, Capacity
from agents.planning.acceptance import checks_of, shortfall
from store.board import Board
from store.commands import AcceptTask, Command, ReturnTask


def choose(board: Board, capacity: Capacity) -> Sequence[Command]:
    """Judge every task of the open cycle that was done or has failed. What fails twice is left to a human."""
    cycle = board.open_cycle
    if cycle is None:
        return []
    commands: list[Command] = []
    for task in board.tasks.with_status(cycle.number, "succeeded", "failed"):
        if task.status == "succeeded":
            checks = checks_of(task)
            missed = shortfall(checks)
            if not missed:
                commands.append(AcceptTask(task.task_id, checks))
            elif not task.returns:
                commands.append(ReturnTask(task.task_id, checks, missed))
        elif not task.returns:
            commands.append(ReturnTask(task.task_id, (), task.reason))
    return commands


REVIEWER = Agent(name="reviewer", choose=choose)
