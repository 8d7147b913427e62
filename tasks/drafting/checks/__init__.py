"""The checks of a paper: one module each, with a `check`, in the order in which their faults are told."""

from __future__ import annotations

from importlib import import_module

from tasks.drafting.fault import Check, Fault, Paper

NAMES = (
    "figures", "digits", "prose", "contradictions", "wording", "citations", "build", "pages", "fonts", "boxes",
    "floats", "anonymity", "todos", "deadline", "characters",
)  # fmt: skip

CHECKS: tuple[Check, ...] = tuple(import_module(f"{__name__}.{name}").check for name in NAMES)


def check(paper: Paper) -> tuple[Fault, ...]:
    """Every fault of a paper."""
    return tuple(fault for one in CHECKS for fault in one(paper))
