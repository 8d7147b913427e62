"""Nobody outside `store/kinds` spells the name of a kind: who has to tell kinds apart asks the kind."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from store.kinds import KINDS

from .test_floors import ROOT, modules

ASKED_BY_NAME = ("of_kind", "newest_of_kind", "with_status")


def spelled(tree: ast.AST) -> Iterator[str]:
    """Comparisons of a `kind` with the name of one, and look-ups by it, as they are written."""
    for node in ast.walk(tree):
        match node:
            case ast.Compare(left=left, comparators=others):
                sides = [left, *others]
                if any(_is_kind(side) for side in sides) and any(_is_name(side) for side in sides):
                    yield ast.unparse(node)
            case ast.Call(func=ast.Attribute(attr=attr), args=args, keywords=keywords) if attr in ASKED_BY_NAME:
                if any(_is_name(value) for value in (*args, *(keyword.value for keyword in keywords))):
                    yield ast.unparse(node)
            case ast.Subscript(value=ast.Name(id="KINDS"), slice=key) if _is_name(key):
                yield ast.unparse(node)


def _is_kind(node: ast.expr) -> bool:
    return (isinstance(node, ast.Attribute) and node.attr == "kind") or (
        isinstance(node, ast.Name) and node.id == "kind"
    )


def _is_name(node: ast.expr) -> bool:
    parts = node.elts if isinstance(node, ast.Tuple | ast.List | ast.Set) else [node]
    return any(isinstance(part, ast.Constant) and part.value in KINDS for part in parts)


def test_no_name_of_a_kind_is_spelled_outside_its_room() -> None:
    found = {
        f"{path.relative_to(ROOT)}: {code}"
        for path in modules()
        if "store/kinds/" not in path.as_posix()
        for code in spelled(ast.parse(path.read_text(encoding="utf-8")))
    }
    assert not found, "ask the kind for what it is, or import its KIND"


@pytest.mark.parametrize(
    "code",
    [
        "task.kind == 'audit'",
        "'audit' != task.spec.kind",
        "kind in ('audit', 'statistics')",
        "board.tasks.of_kind('statistics')",
        "board.tasks.with_status(1, 'planned', kind='audit')",
        "KINDS['audit']",
    ],
)
def test_a_spelled_name_is_seen(code: str) -> None:
    assert list(spelled(ast.parse(code)))


@pytest.mark.parametrize("code", ["task.kind == AUDIT.name", "Section('audit', 'Audit')", "kind == 'claim_strength'"])
def test_what_is_no_name_of_a_kind_is_left_alone(code: str) -> None:
    assert not list(spelled(ast.parse(code)))
