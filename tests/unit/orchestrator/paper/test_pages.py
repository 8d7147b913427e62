"""What people and the log say reaches the pages as text, in LaTeX and in the preview."""

from __future__ import annotations

import re
import shutil
import subprocess
import unicodedata
from pathlib import Path

import pytest

from store.manuscript import Author, PaperPlan
from tasks.drafting.building.choice import build
from tasks.drafting.building.typst import build_typst, typst_version
from tasks.drafting.checking import checked
from tasks.drafting.reading.pages import read_pages
from tests.unit.orchestrator.paper.conftest import VERDICTS, sources
from tests.unit.tasks.drafting.papers import needs_latex

TITLE = r"% # & _ ^^41 ~ { } \ $x$ \input{/etc/passwd} <b> -- `quoted'"
FOREIGN = "Çığ, Łukasz, α ≤ β, 中文, العربية, 😀"


def laid_out(folder: Path, plan: PaperPlan, history: str = VERDICTS["GO"]) -> Path:
    for name, content in sources(history, plan).items():
        place = folder / name.removeprefix("paper/")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    return folder


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


@needs_latex
@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler-utils are not on this machine")
def test_a_title_is_printed_as_it_is_written(tmp_path: Path) -> None:
    plan = PaperPlan(title=TITLE, authors=(Author(name=FOREIGN, affiliation="100 % & more"),))
    built, found = checked(laid_out(tmp_path / "p", plan))
    assert built.pdf is not None, built.error
    told = subprocess.run(["pdftotext", "-l", "1", built.pdf, "-"], capture_output=True, text=True, check=True).stdout
    assert squeezed(TITLE.replace("'", "’")) in squeezed(told)
    assert squeezed("Çığ, Łukasz, α ≤ β, U+4E2DU+6587") in squeezed(told)
    assert "100 % & more" in told
    replaced = [fault.text for fault in found.faults if fault.kind == "characters"]
    assert {"中 is printed as U+4E2D", "😀 is printed as U+1F600"} <= set(replaced)


@needs_latex
@pytest.mark.parametrize("verdict", VERDICTS)
def test_every_verdict_is_set_without_a_fault_but_for_what_people_have_to_write(tmp_path: Path, verdict: str) -> None:
    built, found = checked(laid_out(tmp_path / "p", PaperPlan(), VERDICTS[verdict]))
    assert built.error == ""
    assert {fault.kind for fault in found.faults} == {"todo"}, [fault.said for fault in found.faults]


@needs_latex
@pytest.mark.parametrize("loads", ["", "\\RequirePackage[colorlinks]{hyperref}"])
def test_a_class_of_ones_own_that_chooses_no_font_is_set(tmp_path: Path, loads: str) -> None:
    folder = laid_out(tmp_path / "p", PaperPlan(document_class="venue", styles=("venue.cls",)))
    (folder / "style").mkdir()
    (folder / "style" / "venue.cls").write_text(f"\\ProvidesClass{{venue}}\\LoadClass{{article}}{loads}\n")
    built, found = checked(folder)
    assert built.error == ""
    assert "fonts" not in {fault.kind for fault in found.faults}


@pytest.mark.skipif(not typst_version(), reason="the extra for previews is not installed")
@pytest.mark.parametrize("verdict", ["GO", "none"])
def test_a_preview_has_the_same_figures_and_says_what_it_is(tmp_path: Path, verdict: str) -> None:
    folder = laid_out(tmp_path / "p", PaperPlan(title=f"{TITLE} {FOREIGN}"), VERDICTS[verdict])
    built = build_typst(folder, 0)
    assert built.pdf is not None, built.error
    pages = read_pages(built.pdf)
    assert "Preview, set without LaTeX" in pages.text(1)
    assert squeezed(TITLE.replace("`quoted'", "")) in squeezed(pages.text(1))
    from tasks.drafting.expected import Expected

    expected = Expected.read((folder / "paper.json").read_bytes())
    assert {found.key: found.text for found in pages.figures} == {
        key: text.replace("< ", "< ") for key, text in expected.figures.items() if expected.uses.get(key)
    }


def test_without_a_program_to_set_it_the_sources_are_there_and_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tasks.drafting.building import choice

    monkeypatch.setattr(choice, "has_latex", lambda: False)
    monkeypatch.setattr(choice, "typst_version", lambda: "")
    built = build(laid_out(tmp_path / "p", PaperPlan()), 0)
    assert (built.pdf, built.error) == (None, "")
    assert "texlive-latex-base" in built.log
