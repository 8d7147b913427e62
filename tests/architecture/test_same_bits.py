"""What is decided or printed has the same bits on every Python: sums of floats are `math.fsum`'s.

From Python 3.12 on, `sum` compensates for rounding and before it does not.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DECIDING = ("agents", "store", *(f"orchestrator/{room}" for room in ("reports", "checking", "export", "running")))
COUNTED = {"passed", "untrained", "size", "named"}
"""Attributes that are whole numbers or truth values."""


def counts(node: ast.Call) -> bool:
    """Whether a sum adds up whole numbers, as it is written: lengths, comparisons, what is or is not so."""
    if not (len(node.args) == 1 and isinstance(node.args[0], ast.GeneratorExp)):
        return False
    match node.args[0].elt:
        case ast.Compare() | ast.UnaryOp(op=ast.Not()) | ast.Constant(value=int()):
            return True
        case ast.Call(func=ast.Name(id="len" | "isinstance" | "bool" | "int")):
            return True
        case ast.Attribute(attr=name):
            return name in COUNTED
        case _:
            return False


@pytest.mark.parametrize("folder", DECIDING)
def test_floats_are_summed_by_fsum(folder: str) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}: {ast.unparse(node)}"
        for path in sorted((ROOT / folder).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "sum" and not counts(node)
    ]
    assert not found, "math.fsum gives the same bits on every Python; sum does not"


@pytest.mark.parametrize(
    ("code", "whole"),
    [
        ("sum(times)", False),
        ("sum(task.duration_s for task in tasks)", False),
        ("sum(a / b for a, b in pairs)", False),
        ("sum(task.status == status for task in tasks)", True),
        ("sum(len(task.checks) for task in tasks)", True),
        ("sum(not check.passed for check in checks)", True),
        ("sum(1 for _ in rows)", True),
    ],
)
def test_a_count_is_told_from_a_sum_of_floats(code: str, whole: bool) -> None:
    (statement,) = ast.parse(code).body
    assert isinstance(statement, ast.Expr)
    assert isinstance(statement.value, ast.Call)
    assert counts(statement.value) is whole
