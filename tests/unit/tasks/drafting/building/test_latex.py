"""A paper becomes the same PDF anywhere, or one line says why it does not."""

from __future__ import annotations

import hashlib
import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tasks.drafting.building.latex import build_latex, latex_version
from tasks.drafting.building.limits import Limits

from .conftest import EPOCH, Make, has, needs_latex

pytestmark = needs_latex


def digest(path: Path | None) -> str:
    assert path is not None
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.slow
def test_a_paper_with_sections_drawings_numbers_and_references(folder: Path, lay: Callable[[Path], Path]) -> None:
    built = build_latex(lay(folder), EPOCH)
    assert built.pdf == folder / "paper.pdf", built.error
    assert not built.error
    assert not built.preview
    assert latex_version() in built.toolchain
    assert "LaTeX2e <" in built.toolchain
    assert "BibTeX" in built.toolchain
    assert (folder / "paper.log").read_text() == built.log
    if has("pdftotext"):
        text = subprocess.run(["pdftotext", built.pdf, "-"], capture_output=True, text=True, check=True).stdout
        for words in ("0.563", "Section 1 shows", "cites [1]", "Ada One", "November 14, 2023", "drawn"):
            assert words in text


def test_nothing_in_the_folder_changes_but_the_pdf_and_the_log(folder: Path, lay: Callable[[Path], Path]) -> None:
    lay(folder)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    built = build_latex(folder, EPOCH)
    after = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert after.keys() - before.keys() == {built.pdf, folder / "paper.log"}
    assert all(after[path] == content for path, content in before.items())


@pytest.mark.slow
def test_the_same_bytes_in_any_folder_zone_and_language_behind_any_walls(
    tmp_path: Path, lay: Callable[[Path], Path], walls: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = set()
    for name, zone, language in (("a", "UTC", "C"), ("ü and spaces/b", "Asia/Tokyo", "tr_TR.UTF-8")):
        for variable in ("TZ", "LANG", "LC_ALL"):
            monkeypatch.setenv(variable, zone if variable == "TZ" else language)
        time.tzset()
        (tmp_path / name).mkdir(parents=True)
        lay(tmp_path / name)
        os.utime(tmp_path / name / "paper.tex", (len(found), len(found)))
        monkeypatch.setenv("TMPDIR", str(tmp_path / name))
        built = build_latex(tmp_path / name, EPOCH)
        assert any(walls in guard for guard in built.guards) != (walls == "none")
        found.add((digest(built.pdf), hashlib.sha256(built.log.encode()).hexdigest()))
    monkeypatch.undo()
    time.tzset()
    assert len(found) == 1
    plain = tmp_path / "plain"
    plain.mkdir()
    assert {(digest(build_latex(lay(plain), EPOCH).pdf))} == {pdf for pdf, _ in found}


@pytest.mark.slow
def test_another_date_gives_other_bytes(folder: Path, lay: Callable[[Path], Path]) -> None:
    first = digest(build_latex(lay(folder), EPOCH).pdf)
    assert digest(build_latex(folder, EPOCH + 86_400).pdf) != first


def test_the_dates_of_files_do_not_show(folder: Path, make: Make) -> None:
    found = set()
    for at in (1, 2_000_000_000):
        (folder / "numbers.tex").write_text("x")
        os.utime(folder / "numbers.tex", (at, at))
        found.add(digest(make(r"\pdffilemoddate{numbers.tex}").pdf))
    assert len(found) == 1


def test_what_the_environment_says_has_no_part(make: Make, monkeypatch: pytest.MonkeyPatch, outside: Path) -> None:
    expected = digest(make("x").pdf)
    (outside / "article.cls").write_text("\\errmessage{another class}")
    for name in ("TEXINPUTS", "TEXMFHOME", "TEXMFCNF", "TEXMFOUTPUT"):
        monkeypatch.setenv(name, str(outside))
    assert digest(make("x").pdf) == expected


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (r"\undefinedcommand", "paper.tex:4: Undefined control sequence. \\undefinedcommand"),
        (r"\input{missing}", "paper.tex:4: LaTeX Error: File `missing.tex' not found."),
        (r"\includegraphics{missing.pdf}", "paper.tex:4: Package pdftex.def Error: File `missing.pdf' not found"),
        (r"$x", "paper.tex:5: Missing $ inserted."),
        (r"\errmessage{" + "long " * 200 + "}", "paper.tex:4: long long"),
        ("\\typeout{\x07}\\errmessage{\\string^^1b[2J\\string^^9b}", "paper.tex:4: "),
        (r"\cite{x}\bibliographystyle{plain}\bibliography{missing}", "I couldn't open database file missing.bib"),
        (r"\cite{x}\bibliographystyle{missing}\bibliography{missing}", "I couldn't open style file missing.bst"),
        (r"\end{document}", "the paper has no pages"),
    ],
)
def test_an_error_is_one_line_that_says_where(make: Make, body: str, error: str) -> None:
    built = make(body, r"\usepackage{graphicx}")
    assert built.pdf is None
    assert built.error.startswith(error)
    assert built.error.isprintable()
    assert len(built.error) <= 300


def test_a_broken_bibliography_is_told(folder: Path, make: Make) -> None:
    (folder / "references.bib").write_text("@article{one, title = {x}\n@article{one,\n")
    built = make(r"\cite{one}\bibliographystyle{plain}\bibliography{references}")
    assert "of file references.bib" in built.error


def test_an_old_pdf_is_not_taken_for_a_new_one(folder: Path, make: Make) -> None:
    (folder / "paper.pdf").write_bytes(b"%PDF-1.5 old")
    assert make(r"\end{document}").pdf is None


def test_a_style_is_laid_beside_the_sources_and_replaces_none(tmp_path: Path, folder: Path) -> None:
    style = tmp_path / "venue"
    style.mkdir()
    (style / "venue.cls").write_text("\\LoadClass{article}\n\\AtBeginDocument{by the venue}\n")
    (folder / "paper.tex").write_text("\\documentclass{venue}\\begin{document}x\\end{document}")
    for each in (style, style / "venue.cls"):
        assert build_latex(folder, EPOCH, style=each).pdf is not None
    (style / "paper.tex").write_text("")
    assert build_latex(folder, EPOCH, style=style).error == "paper.tex is in the style and among the sources"
    assert build_latex(folder, EPOCH, style=tmp_path / "gone").error == "gone is no file"


@pytest.mark.slow
def test_a_paper_that_never_settles_is_told(make: Make) -> None:
    body = r"""\newcount\n \n=0 \newread\r \openin\r=count.txt \ifeof\r\else\read\r to\x \n=\x\fi
\advance\n1 \newwrite\w \immediate\openout\w=count.txt \immediate\write\w{\the\n}\immediate\closeout\w x"""
    assert "still change after" in make(body).error


@pytest.mark.parametrize("main", ["../paper.tex", "-paper.tex", "paper", "a b.tex", "$(x).tex", ".paper.tex"])
def test_odd_names_are_not_built(folder: Path, main: str) -> None:
    assert "is nothing to build" in build_latex(folder, EPOCH, Limits(), main).error


def test_a_paper_that_is_not_there(folder: Path) -> None:
    assert build_latex(folder, EPOCH).error == "paper.tex is not there"
