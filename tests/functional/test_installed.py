"""gonogo as a wheel installs it: among other packages, some of which own files of the same names."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from .conftest import made_once

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def wheel(shared_folder: Path) -> Path:
    """A folder with the wheel of this checkout, unpacked as an installer does."""

    def build(folder: Path) -> None:
        command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder / "dist")]
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
        (built,) = (folder / "dist").iterdir()
        with zipfile.ZipFile(built) as archive:
            archive.extractall(folder / "site")

    return made_once(shared_folder / "wheel" / "made", build) / "site"


@pytest.fixture
def site(wheel: Path, tmp_path: Path) -> Path:
    """The installed wheel, to do with as a test likes."""
    return shutil.copytree(wheel, tmp_path / "site")


def started(site: Path, *arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run the installed gonogo, and none of the checkout."""
    command = [sys.executable, "-P", "-m", "orchestrator.cli", *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": str(site)}
    return subprocess.run(command, cwd=cwd or site, env=environment, capture_output=True, text=True, check=False)


def install(site: Path, distribution: str, *files: str) -> None:
    """What an installer leaves of another distribution with these files."""
    information = site / f"{distribution.replace('-', '_')}-1.0.dist-info"
    information.mkdir()
    (information / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.0\n")
    (information / "RECORD").write_text("".join(f"{file},sha256=x,9\n" for file in files))
    for file in files:
        (site / file).parent.mkdir(exist_ok=True)
        (site / file).write_text("x = None\n")


def refused(done: subprocess.CompletedProcess[str], *words: str) -> None:
    assert done.returncode == 1, done
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1, done.stderr
    for word in (*words, "uv tool install"):
        assert word in done.stderr, done.stderr


def test_what_was_installed_whole_starts(site: Path) -> None:
    install(site, "bystander", "bystander/agents.py")
    done = started(site, "--help")
    assert (done.returncode, done.stderr) == (0, "")


def test_a_package_that_has_overwritten_files_is_named(site: Path) -> None:
    install(site, "openai-agents", "agents/agent.py", "agents/run.py")
    for command in (["--help"], ["board", "-w", site], ["doctor"]):
        refused(started(site, *command), "openai-agents has overwritten agents/agent.py")


@pytest.mark.parametrize("file", ["store/errors.py", "store/__init__.py", "agents/__init__.py"])
def test_files_that_went_with_another_package_are_missed(site: Path, file: str) -> None:
    (site / file).unlink()
    refused(started(site, "--help"), f"{file} in {site} is missing")


def test_a_file_that_nobody_owns_up_to_is_named(site: Path) -> None:
    for file in ("tasks/catalog.py", "tasks/handler.py"):
        (site / file).write_text("")
    refused(started(site, "--help"), f"tasks/catalog.py in {site} is not the file", "(and 1 more)")


def test_an_upgrade_that_was_cut_short_is_named(site: Path) -> None:
    (own,) = site.glob("gonogo-*.dist-info")
    shutil.copytree(own, site / "gonogo-0.0.9.dist-info")
    done = started(site, "--help")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert f"gonogo-0.0.9 and {own.name.removesuffix('.dist-info')} are both installed in {site}" in done.stderr
    assert "pip install --force-reinstall gonogo" in done.stderr


def test_doctor_compares_every_byte_and_tells_of_names_that_are_shared(site: Path) -> None:
    install(site, "task-runner", "tasks/runner.py")
    done = started(site, "doctor")
    assert "BAD  packages     task-runner installs a package named 'tasks' too" in done.stdout
    changed = (site / "tasks/catalog.py").read_text().replace("task", "tusk", 1)
    (site / "tasks/catalog.py").write_text(changed)
    assert f"tasks/catalog.py in {site} is not the file" in started(site, "doctor").stdout


def test_the_demo_study_comes_with_it(site: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    done = started(site, "init", "here", "--from", "demo", cwd=empty)
    assert (done.returncode, done.stdout) == (0, "here/study.toml\n")
    assert (empty / "here/study.toml").read_bytes() == (ROOT / "examples/demo/study.toml").read_bytes()
    assert started(site, "power", "--study", "-w", "here", cwd=empty).returncode == 0
