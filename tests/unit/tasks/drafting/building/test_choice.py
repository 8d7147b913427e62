"""What is installed builds the paper; where nothing is, a sentence says what to install."""

from __future__ import annotations

from pathlib import Path

import pytest

from tasks.drafting.building import choice, latex
from tasks.drafting.building.choice import build
from tasks.drafting.building.latex import has_latex, latex_version
from tasks.drafting.building.typst import typst_version

from .conftest import EPOCH


@pytest.fixture
def both(folder: Path) -> Path:
    (folder / "paper.tex").write_text("\\documentclass{article}\\begin{document}x\\end{document}\n")
    (folder / "paper.typ").write_text("x\n")
    return folder


@pytest.mark.skipif(not has_latex(), reason="pdflatex and bibtex are not installed")
def test_latex_comes_first(both: Path) -> None:
    built = build(both, EPOCH)
    assert (built.pdf, built.preview) == (both / "paper.pdf", False)


@pytest.mark.skipif(not typst_version(), reason="the wheel typst is not installed")
def test_without_latex_there_is_a_preview(both: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choice, "has_latex", lambda: False)
    built = build(both, EPOCH)
    assert (built.pdf, built.preview) == (both / "paper.pdf", True)


def test_without_both_it_is_no_error_and_says_what_to_install(both: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choice, "typst_version", lambda: "")
    monkeypatch.setenv("PATH", str(both))
    latex._first_line.cache_clear()
    built = build(both, EPOCH)
    assert (built.pdf, built.error, latex_version()) == (None, "", "")
    assert "apt-get install" in built.log
    assert "texlive-latex-base" in built.log
    latex._first_line.cache_clear()
    assert "not installed" in latex.build_latex(both, EPOCH).error
    monkeypatch.undo()
    latex._first_line.cache_clear()
