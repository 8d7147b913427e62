"""What papers are built with is told, and is no fault where it lacks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestrator.settings import Settings
from orchestrator.usecases.doctor import CheckUp, examine
from tasks.drafting.building import guards, latex, tools


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(workspace=tmp_path, key=tmp_path / "key")


@pytest.fixture(autouse=True)
def _afresh() -> Iterator[None]:
    yield
    latex._first_line.cache_clear()
    guards.bubblewrap.cache_clear()


def told(settings: Settings) -> dict[str, CheckUp]:
    return {check.name: check for check in examine(settings)}


def test_what_is_there_is_told(settings: Settings) -> None:
    found = told(settings)
    assert found["papers"].ok
    assert found["walls"].ok


def test_what_lacks_is_no_fault_and_is_told_with_what_brings_it(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(tools, "typst_version", lambda: "")
    latex._first_line.cache_clear()
    guards.bubblewrap.cache_clear()
    found = told(settings)
    assert found["papers"].ok
    assert found["walls"].ok
    for words in ("no LaTeX", "texlive-latex-base", "gonogo[paper]"):
        assert words in found["papers"].detail
    assert "apt-get install bubblewrap" in found["walls"].detail


def test_a_preview_is_told_where_there_is_no_latex(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(tools, "typst_version", lambda: "0.15.2")
    latex._first_line.cache_clear()
    assert "typst 0.15.2 builds previews" in told(settings)["papers"].detail
