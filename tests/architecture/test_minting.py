"""Evidence is minted in one place and changed in none, whatever the class is called and whatever method is used."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from orchestrator.packages import PACKAGES

ROOT = Path(__file__).resolve().parents[2]
CLASS = "Evidence"
MINTER = "orchestrator/tracking/minting.py"
LOOKS_ONLY = ("isinstance", "issubclass")
"""Functions that are given a class and make nothing of it."""
COPYING = ("model_copy", "copy")
"""Methods of pydantic that copy a frozen model with changes, which are not validated."""
UNVALIDATED = ("model_construct", "__setattr__")
COPIED = {
    "store/study/protocol.py": {"self", "self.decision"},
    "tasks/environment/tower.py": {"ref"},
    "tasks/diagnostics/training/making.py": {"after"},
}
"""What is copied with changes, none of it evidence: protocols, a model's weights, and a card of the zoo."""


def minted(tree: ast.Module) -> Iterator[str]:
    """Calls that make an object of the class, as they are written."""
    names = _names(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and any(_is_class(base, names) for base in node.bases):
            yield f"class {node.name}"
        if not isinstance(node, ast.Call):
            continue
        made = _is_class(node.func, names)
        by_method = isinstance(node.func, ast.Attribute) and _is_class(node.func.value, names)
        given = [*node.args, *(keyword.value for keyword in node.keywords)]
        handed_on = ast.unparse(node.func) not in LOOKS_ONLY and any(
            isinstance(part, ast.expr) and _is_class(part, names)
            for argument in given
            for part in _outside_calls(argument)
        )
        if made or by_method or handed_on:
            yield ast.unparse(node)


def copied(tree: ast.Module) -> Iterator[str]:
    """What is copied with changes, or changed past its validation, as it is written."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            with_update = any(keyword.arg in ("update", None) for keyword in node.keywords)
            if node.func.attr in UNVALIDATED or (node.func.attr in COPYING and with_update):
                yield ast.unparse(node.func.value)


def _names(tree: ast.Module) -> set[str]:
    """Every name that the class goes by in a module, imported or assigned."""
    names = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.name == CLASS
    }
    for node in ast.walk(tree):
        value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
        if value is not None and _is_class(value, names):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]  # type: ignore[union-attr]
            names |= {target.id for target in targets if isinstance(target, ast.Name)}
    return names


def _is_class(node: ast.expr, names: set[str]) -> bool:
    """A name of the class, or an attribute of some module that is called like it."""
    return (isinstance(node, ast.Name) and node.id in names) or (isinstance(node, ast.Attribute) and node.attr == CLASS)


def _outside_calls(node: ast.AST) -> Iterator[ast.AST]:
    """A node and all below it, but for calls, which are looked at by themselves."""
    yield node
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.Call):
            yield from _outside_calls(child)


@cache
def trees() -> dict[str, ast.Module]:
    return {
        path.relative_to(ROOT).as_posix(): ast.parse(path.read_text())
        for package in PACKAGES
        for path in sorted((ROOT / package).rglob("*.py"))
    }


def test_evidence_is_minted_by_the_tracker_alone() -> None:
    assert {path for path, tree in trees().items() if list(minted(tree))} == {MINTER}


def test_nothing_is_copied_with_changes_but_what_is_known_to_be_no_evidence() -> None:
    found = {path: set(copied(tree)) for path, tree in trees().items()}
    assert {path: receivers for path, receivers in found.items() if receivers} == COPIED


@pytest.mark.parametrize(
    "code",
    [
        "from store.evidence import Evidence\nEvidence(run_id='0')",
        "from store.evidence import Evidence as Number\nNumber(run_id='0')",
        "from store.events import Evidence as Number\nNumber(run_id='0')",
        "from store import evidence\nevidence.Evidence(run_id='0')",
        "import store.evidence as e\ne.Evidence(run_id='0')",
        "import store.evidence\nstore.evidence.Evidence.model_validate({})",
        "from store.evidence import Evidence as E\nE.model_validate_json('{}')",
        "from store.evidence import Evidence\nEvidence.model_construct()",
        "from store.evidence import Evidence\nMake = Evidence\nMake(run_id='0')",
        "from store.evidence import Evidence\nclass Better(Evidence):\n    pass",
        "from store.evidence import Evidence\nfrom functools import partial\npartial(Evidence, n=3)",
        "from store.evidence import Evidence\nTypeAdapter(tuple[Evidence, ...]).validate_python([])",
        "from store.evidence import Evidence\nlist(map(Evidence.model_validate, []))",
    ],
)
def test_minting_is_seen_under_every_name(code: str) -> None:
    assert list(minted(ast.parse(code)))


@pytest.mark.parametrize(
    "code",
    [
        "from store.evidence import Evidence\ndef value(item: Evidence | None) -> tuple[Evidence, ...]: ...",
        "from store.evidence import Evidence\nassert isinstance(3, Evidence)",
        "from store.evidence import Evidence\nmatch 3:\n    case Evidence(value=v):\n        print(v)",
        "from store.evidence import Artifact\nArtifact(name='a')",
        "from agents.assessment.evidence import ModelEvidence\nModelEvidence()",
    ],
)
def test_what_only_looks_at_evidence_mints_nothing(code: str) -> None:
    assert not list(minted(ast.parse(code)))


@pytest.mark.parametrize(
    ("code", "receiver"),
    [
        ("item.model_copy(update={'value': 1.0})", "item"),
        ("task.evidence[0].model_copy(update=changes)", "task.evidence[0]"),
        ("item.model_copy(**changes)", "item"),
        ("item.copy(update={'value': 1.0})", "item"),
        ("type(item).model_construct(value=1.0)", "type(item)"),
        ("object.__setattr__(item, 'value', 1.0)", "object"),
    ],
)
def test_changing_a_copy_is_seen(code: str, receiver: str) -> None:
    assert list(copied(ast.parse(code))) == [receiver]


@pytest.mark.parametrize("code", ["values.copy()", "item.model_copy()", "copy.copy(model)", "shutil.copy(a, b)"])
def test_a_copy_without_changes_is_none(code: str) -> None:
    assert not list(copied(ast.parse(code)))
