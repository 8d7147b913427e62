"""Many texts on pages that pdfLaTeX and typst set: each is read from them as it was written, or as was told."""

from __future__ import annotations

import random
import re
import shutil
import subprocess
import unicodedata
from pathlib import Path

import pytest

from orchestrator.paper.voices.escaping import breakable, declared, replacements, tex_name, tex_text
from orchestrator.paper.voices.glyphs import with_stand_ins
from orchestrator.paper.voices.signs import AS_IT_IS, MATHEMATICS, SPECIAL, STANDS_IN
from orchestrator.paper.voices.typst import quoted
from orchestrator.reports.renderers import clean
from tasks.drafting.building.latex import build_latex
from tasks.drafting.building.typst import build_typst, typst_version
from tasks.drafting.reading.pages import read_pages
from tests.unit.orchestrator.paper.test_escaping import ATTACKS
from tests.unit.tasks.drafting.papers import needs_latex

needs_pdftotext = pytest.mark.skipif(not shutil.which("pdftotext"), reason="pdftotext is not on this machine")

FRAME = r"""\documentclass{article}
\usepackage[utf8]{inputenc}
\usepackage[T1]{fontenc}
\usepackage{textcomp}
\usepackage{mathptmx}
\usepackage[scaled=.9]{helvet}
\usepackage{courier}
\usepackage{amsmath}
\usepackage{amssymb}
\pagestyle{empty}
\newcommand{\gonogounknown}[1]{\allowbreak\fbox{\scriptsize #1}}
CHARACTERS
\begin{document}
\raggedright\hyphenpenalty=10000
TEXTS
\end{document}
"""
_READ = "".join(map(chr, range(32, 127))) + "ÄÖÜäöüßÀéèêñçøåœŁłŠšžŽř–—‘’“”„»§"
"""What is read from pages letter by letter; accents that are set by themselves, and formulas, are not."""


def drawn(count: int) -> list[str]:
    """Texts of these letters, in any order, and with what TeX would make something of."""
    chance = random.Random(11)
    rough = [
        *"-,'?!`\\{}%&#$_^~[]*\"<>|",
        "--",
        "–-",
        "?‘",
        "’’",
        "\\\\[",
        "^^41",
        "\u00ad",
        "\u200b",
        "\ufe0f",
        "中",
        "😀",
        "\u202e",
    ]
    return [
        "".join(chance.choice([chance.choice(_READ), chance.choice(rough)]) for _ in range(40)) for _ in range(count)
    ]


def seen(text: str) -> str:
    """What the pages are to show, without spaces."""
    text = unicodedata.normalize("NFC", clean(text))
    for each in replacements(text):
        text = text.replace(each.character, each.printed)
    text = re.sub("[\u00ad\u200b\ufe0f]", "", text).replace("'", "’")
    return squeezed(text)


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def pdf_of(folder: Path, texts: list[str]) -> tuple[Path, str]:
    body = "\n\n".join(f"N{at}N {text} E{at}E" for at, text in enumerate(texts))
    characters = "\n".join(declared())
    (folder / "paper.tex").write_text(FRAME.replace("CHARACTERS", characters).replace("TEXTS", body), encoding="utf-8")
    built = build_latex(folder, 0)
    assert built.error == "", built.error
    assert built.pdf is not None
    return built.pdf, built.log


@needs_latex
@needs_pdftotext
def test_a_text_is_read_from_its_page_as_it_was_written(tmp_path: Path) -> None:
    texts = [*drawn(150), *(each for each in ATTACKS if each.isascii())]
    pdf, _ = pdf_of(tmp_path, [tex_text(text) for text in texts])
    told = subprocess.run(["pdftotext", "-raw", pdf, "-"], capture_output=True, check=True).stdout.decode()
    for at, text in enumerate(texts):
        page = re.search(rf"N{at}N(.*?)E{at}E", told, re.DOTALL)
        assert page is not None, at
        assert squeezed(page[1]) == seen(text), f"{text!r} is printed as {page[1]!r}"


@needs_latex
def test_every_character_is_set_in_every_shape_and_with_fonts_that_are_there(tmp_path: Path) -> None:
    every = [*sorted(AS_IT_IS), *SPECIAL, *MATHEMATICS, *STANDS_IN]
    letters = [chr(code) for code in [*range(0x100, 0x250), *range(0x1E00, 0x2100), *range(0x2150, 0x2300)]]
    marked = [f"{base}{mark}" for base in "aijoĂÊøœ" for mark in map(chr, range(0x300, 0x334))]
    runs = ["".join(f"{each} " for each in (every + letters + marked)[at : at + 40]) for at in range(0, 2000, 40)]
    runs += ATTACKS
    texts = [tex_text(run) for run in runs]
    shapes = [rf"{text} \textbf{{{text}}} \textit{{{text}}} \textsf{{{text}}}" for text in texts]
    names, paths = [tex_name(run) for run in runs], [rf"\texttt{{{breakable(run)}}}" for run in runs]
    pdf, log = pdf_of(tmp_path, [*shapes, *names, *paths])
    assert "Missing character" not in log
    assert {font.kind for font in read_pages(pdf).fonts} == {"Type1"}


@needs_latex
def test_an_identifier_fits_a_narrow_column(tmp_path: Path) -> None:
    long = ["vision/03/head/11/normalised_entropy.value-loss", "b" * 64, "中文" * 20, "http://a.org/?q=%20&b_" * 9]
    texts = [
        rf"\parbox{{2.2cm}}{{\raggedright {setting}}}"
        for text in long
        for setting in (rf"\texttt{{{breakable(text)}}}", breakable(text))
    ]
    _, log = pdf_of(tmp_path, texts)
    assert "Overfull" not in log


@pytest.mark.skipif(not typst_version(), reason="the extra for previews is not installed")
def test_a_preview_prints_the_same_texts(tmp_path: Path) -> None:
    texts = [*drawn(60), *(each for each in ATTACKS if each.isascii())]
    body = "\n\n".join(f"N{at}N {quoted(text)} E{at}E" for at, text in enumerate(texts))
    (tmp_path / "paper.typ").write_text(f"#set text(hyphenate: false)\n{body}\n", encoding="utf-8")
    built = build_typst(tmp_path, 0)
    assert built.error == "", built.error
    assert built.pdf is not None
    pages = read_pages(built.pdf)
    told = squeezed("".join(pages.text(number) for number in range(1, pages.count + 1)))
    for at, text in enumerate(texts):
        shown = squeezed(re.sub("[\u00ad\u200b]", "", with_stand_ins(clean(text))))
        page = re.search(rf"N{at}N(.*?)E{at}E", told)
        assert page is not None, at
        assert page[1] == shown, f"{text!r} is printed as {page[1]!r}"
