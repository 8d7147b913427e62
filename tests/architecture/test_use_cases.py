"""Commands only call use cases and show results; use cases write to a log only through a session, which signs it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestrator.cli.main import COMMANDS

ROOT = Path(__file__).resolve().parents[2]
CLI, USECASES = ROOT / "orchestrator" / "cli", ROOT / "orchestrator" / "usecases"
LONGEST = 25

SIGNED = ROOT / "tests" / "functional" / "test_signed_sessions.py"
"""Runs each use case that opens a session to write."""


def parsed(folder: Path) -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(folder.rglob("*.py")):
        yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    """Every call, with its function as it is written: `session.submit`, `Ledger`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def click_functions() -> Iterator[tuple[str, ast.FunctionDef]]:
    for name, tree in parsed(CLI):
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef):
                decorators = [each.func if isinstance(each, ast.Call) else each for each in node.decorator_list]
                if any(isinstance(each, ast.Attribute) and each.attr in ("command", "group") for each in decorators):
                    yield f"{name}:{node.name}", node


def body_lines(function: ast.FunctionDef) -> int:
    """Lines from the first statement after the docstring to the end."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return body[-1].end_lineno - body[0].lineno + 1 if body else 0  # type: ignore[operator]


FUNCTIONS = dict(click_functions())


def test_every_command_is_among_the_functions_that_are_measured() -> None:
    assert {f"orchestrator/cli/{name}.py:{name}_command" for name in COMMANDS} <= set(FUNCTIONS)


def test_every_command_is_listed() -> None:
    there = {
        path.stem for path in CLI.glob("*.py") if f"\ndef {path.stem}_command(" in path.read_text(encoding="utf-8")
    }
    assert there == set(COMMANDS), "name each module of orchestrator/cli with a command in COMMANDS of cli/main.py"


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_command_is_short(name: str) -> None:
    lines = body_lines(FUNCTIONS[name])
    assert lines <= LONGEST, f"{name} has {lines} lines; a use case does the work, and a module of cli/show shows it"


def test_lines_are_counted_without_decorators_and_docstring() -> None:
    (function,) = ast.parse(
        '@one\n@two(\n    3,\n)\ndef f():\n    """Say.\n\n    More.\n    """\n    a = 1\n\n    b = 2\n'
    ).body
    assert isinstance(function, ast.FunctionDef)
    assert body_lines(function) == 3


def test_a_ledger_is_made_by_the_session_alone() -> None:
    made = {name for name, tree in parsed(ROOT / "orchestrator") for call, _ in calls(tree) if call == "Ledger"}
    assert made == {"orchestrator/usecases/session.py"}


def test_commands_are_submitted_by_a_session_or_by_a_run_within_one() -> None:
    """So that whatever a use case appends is signed when its session ends."""
    for name, tree in parsed(ROOT / "orchestrator"):
        submitted = {call for call, _ in calls(tree) if call.endswith(".submit")}
        if name.startswith("orchestrator/running/"):
            assert submitted <= {"services.ledger.submit"}, name
        elif name == "orchestrator/usecases/session.py":
            assert submitted == {"self._writable().submit"}, name
        else:
            assert submitted <= {"session.submit"}, f"{name} writes to a log that nothing signs"
            assert not submitted or name.startswith("orchestrator/usecases/"), name


def test_every_use_case_that_writes_is_run_by_the_test_that_its_writing_is_signed() -> None:
    opening = {name for name, tree in parsed(USECASES) for call, _ in calls(tree) if call == "Session.open"}
    assert len(opening) >= 2
    imported = {
        f"{node.module.replace('.', '/')}.py"
        for node in ast.walk(ast.parse(SIGNED.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module
    }
    assert not opening - imported, "add what it does to the list in tests/functional/test_signed_sessions.py"


def test_use_cases_neither_print_nor_exit_nor_know_the_command_line() -> None:
    for name, tree in parsed(USECASES):
        imported = {
            module.partition(".")[0]
            for node in ast.walk(tree)
            if isinstance(node, ast.Import | ast.ImportFrom)
            for module in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names])
        }
        assert not imported & {"click", "rich"}, name
        assert not {call for call, _ in calls(tree)} & {"print", "sys.exit", "exit", "input"}, name
