"""The house rules that a machine can check: floors, purity, names, lazy imports, the size of files."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestrator.cli.main import COMMANDS
from orchestrator.packages import PACKAGES, foreign_package

ROOT = Path(__file__).resolve().parents[2]
HEAVY = ("torch", "open_clip", "transformers", "mlflow", "sqlalchemy", "scipy", "statsmodels", "matplotlib", "pandas")


def modules() -> Iterator[Path]:
    for package in PACKAGES:
        yield from sorted((ROOT / package).rglob("*.py"))


def test_the_floors_hold() -> None:
    lint = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run([lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_five_packages_are_the_ones_that_are_built_and_all_are_ours() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert tuple(project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]) == PACKAGES
    assert foreign_package() is None


def test_a_package_from_elsewhere_is_named_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "agents").mkdir()
    (tmp_path / "agents" / "__init__.py").write_text("")
    code = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r}); from orchestrator.cli.main import run; sys.exit(run([]))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "'agents' would be imported from" in done.stderr


def test_state_changes_only_through_the_gate() -> None:
    appenders = {
        path.relative_to(ROOT).as_posix()
        for path in modules()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "append"
        and any(keyword.arg == "expected" for keyword in node.keywords)
    }
    assert appenders == {"store/log/ledger.py"}


@pytest.mark.parametrize("path", list(modules()), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_module_says_what_it_is_and_holds_one_idea(path: Path) -> None:
    text = path.read_text()
    assert ast.get_docstring(ast.parse(text)), "a module opens with one sentence that says what it is"
    assert text.count("\n") <= 350, "split at ideas"


def test_importing_every_module_imports_nothing_heavy_but_where_it_lives() -> None:
    """Only these may import a heavy library at their top, since they are imported lazily themselves."""
    allowed = {
        "store/log/sql/sqlite.py": {"sqlalchemy"},
        "store/log/sql/tables.py": {"sqlalchemy"},
        "tasks/diagnostics/attention/additions.py": {"torch"},
        "tasks/diagnostics/attention/functions.py": {"torch"},
        "tasks/diagnostics/attention/running.py": {"torch"},
        "tasks/diagnostics/attention/tap.py": {"torch"},
        "tasks/diagnostics/attention/weighing.py": {"torch"},
        "tasks/diagnostics/intervention/steering.py": {"torch"},
    }
    for path in modules():
        found = {
            name.partition(".")[0]
            for node in ast.parse(path.read_text()).body
            if isinstance(node, ast.Import | ast.ImportFrom)
            for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names])
        }
        heavy = found & set(HEAVY)
        assert heavy <= allowed.get(path.relative_to(ROOT).as_posix(), set()), path


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys\nfrom orchestrator.cli.main import run\ncode = run(['--help'])\n"
        f"loaded = sorted(set({HEAVY!r}) & set(sys.modules))\n"
        "sys.exit(code or (f'loaded: {loaded}' if loaded else 0))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for command in COMMANDS:
        assert f"  {command}" in done.stdout


def test_templates_do_no_arithmetic() -> None:
    found = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.j2"))]
    assert len({path.parent for path in found}) > 10, "partials lie with their sections"
    for path in found:
        text = path.read_text()
        for block in [part.split("}}")[0] for part in text.split("{{")[1:]]:
            assert not any(f" {sign} " in block for sign in "+-*/%"), (path, block)


def test_nothing_is_left_to_be_done_later_in_the_code() -> None:
    for path in modules():
        for word in ("TODO", "FIXME", "NotImplementedError"):
            assert word not in path.read_text(), path


def test_every_folder_with_modules_is_a_package() -> None:
    folders = {path.parent for path in modules()}
    lacking = [str(f.relative_to(ROOT)) for f in sorted(folders) if not (f / "__init__.py").is_file()]
    assert not lacking, "give the folder an __init__.py that says what it is"
