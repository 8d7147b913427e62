"""An event or a command of a subject stands in the unions and lists by which it is found."""

from __future__ import annotations

import inspect
from importlib import import_module
from typing import get_args

import pytest

import store.commands
import store.events

SUBJECTS = ("study", "cycle", "task", "decision", "literature")


def lacking(subject: str, what: str) -> list[str]:
    """What the events, or the commands, of a subject lack, in words that tell what to do."""
    module, together = import_module(f"store.{subject}.{what}s"), import_module(f"store.{what}s")
    union = f"{subject.capitalize()}{what.capitalize()}"
    members = get_args(getattr(module, union)) or (getattr(module, union),)
    defined = {
        name
        for name, each in inspect.getmembers(module, inspect.isclass)
        if each.__module__ == module.__name__ and (what == "command" or "type" in getattr(each, "model_fields", {}))
    }
    assert defined
    return [
        *(
            f"{name} is in no union: add it to {union} in store/{subject}/{what}s.py"
            for name in sorted(defined - {member.__name__ for member in members})
        ),
        *(
            f"{name} is not exported: import it in store/{what}s.py, and name it in __all__"
            for name in sorted(defined - set(together.__all__))
        ),
    ]


@pytest.mark.parametrize("what", ["event", "command"])
@pytest.mark.parametrize("subject", SUBJECTS)
def test_every_event_and_command_is_in_the_union_of_its_subject_and_is_exported(subject: str, what: str) -> None:
    assert not lacking(subject, what)


def test_subjects_are_all_that_have_events() -> None:
    assert {member.__module__.split(".")[1] for member in get_args(store.events.Event)} == set(SUBJECTS)
    assert {member.__module__.split(".")[1] for member in get_args(store.commands.Command)} == set(SUBJECTS)
