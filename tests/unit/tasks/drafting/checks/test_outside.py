"""Papers that others had trouble with: numbered lines, running heads, contents, turned pages, letters with marks."""

from __future__ import annotations

from pathlib import Path

import pytest

from tasks.drafting.checks import check
from tasks.drafting.fault import Paper
from tests.unit.tasks.drafting.documents import Document, needs_latex, record, typeset

pytestmark = needs_latex

WORDS = "words of the body that are of no matter to any check at all. " * 30
FIG = r"\newcommand{\fig}[1]{\mbox{\hyperlink{src.#1}{$-$18.5}}}"


def paper_of(folder: Path, body: str, preamble: str = "", options: str = "10pt", **changed: object) -> Paper:
    (folder / "paper.tex").write_text(
        rf"\documentclass[{options}]{{article}}{preamble}\usepackage[hidelinks]{{hyperref}}"
        rf"\hypersetup{{pdfcreator={{gonogo}}}}\begin{{document}}{body}\end{{document}}"
    )
    pdf, log = typeset(folder, 3)
    return Document({}, record(**changed)).paper(pdf, log)


def lists(*marks: str) -> str:
    return "".join(rf"\item {mark}" for mark in marks)


@pytest.mark.parametrize(
    ("body", "preamble", "options"),
    [
        (WORDS * 6, r"\usepackage{lineno}\linenumbers", "10pt"),
        (WORDS * 12, r"\usepackage[switch]{lineno}\linenumbers", "twocolumn"),
        (rf"\section{{Results}}{WORDS * 16}\section{{More}}{WORDS * 16}", r"\pagestyle{headings}", "twoside"),
        (rf"\tableofcontents\section{{Alpha}}{WORDS}\subsection{{Beta}}{WORDS}\section{{Gamma}}{WORDS}", "", "10pt"),
        (rf"{WORDS}\begin{{enumerate}}{lists('a', 'b', 'c')}\end{{enumerate}}{WORDS}", "", "10pt"),
        ("".join(rf"Word\footnote{{A note on it.}} {WORDS}" for _ in range(12)), "", "10pt"),
        (rf"{WORDS}\begin{{align}} a &= b \\ c &= d \end{{align}}{WORDS}", r"\usepackage{amsmath}", "10pt"),
    ],
    ids=["lines", "lines in columns", "running heads", "contents", "lists", "notes", "equations"],
)
def test_numbers_that_a_layout_prints_are_no_faults(body: str, preamble: str, options: str, tmp_path: Path) -> None:
    assert [fault.said for fault in check(paper_of(tmp_path, body, preamble, options))] == []


def test_figures_are_read_on_turned_pages_in_notes_and_headings(tmp_path: Path) -> None:
    body = rf"{WORDS}\footnote{{\fig{{a}}}}\begin{{landscape}}\fig{{a}}, \fig{{a}}.\end{{landscape}}"
    paper = paper_of(tmp_path, body, rf"\usepackage{{pdflscape}}{FIG}", figures={"a": "-18.5"}, uses={"a": 3})
    assert [fault.said for fault in check(paper)] == []


def test_a_minus_belongs_to_its_number(tmp_path: Path) -> None:
    paper = paper_of(tmp_path, rf"{WORDS} $-18$ and \fig{{a}}", FIG, figures={"a": "18.5"}, uses={"a": 1})
    told = [fault.said for fault in check(paper)]
    assert any("18 is bound to no figure" in each for each in told)
    assert any("a is printed as -18.5; the record has 18.5" in each for each in told)


def test_names_with_marks_are_found_however_these_are_drawn(tmp_path: Path) -> None:
    body = rf"{WORDS} by \L{{}}ukasz Ha\l{{}}\l{{}}o and J\"urgen M\"uller."
    told = check(paper_of(tmp_path, body, anonymous=True, names=["Łukasz Hałło", "Jürgen Müller"]))
    assert len([fault for fault in told if fault.kind == "anonymity"]) == 2


def test_references_that_begin_in_the_middle_of_a_page_leave_it_to_the_body(tmp_path: Path) -> None:
    body = rf"{WORDS * 3}\cite{{a}}\begin{{thebibliography}}{{1}}\bibitem{{a}} A. 2020.\end{{thebibliography}}"
    paper = paper_of(tmp_path, body + rf"\appendix\section{{More}}{WORDS * 20}", page_limit=1, counted="body")
    assert paper.pages is not None
    first = next(line.page for line in paper.pages.lines if line.text == "References")
    told = [fault.said for fault in check(paper) if fault.kind == "pages"]
    assert told == ([] if first == 1 else [f"there are {first} pages before the references; the limit is 1"])


def test_figures_that_lie_over_another_column_are_named_with_what_is_drawn_for_them(tmp_path: Path) -> None:
    body = rf"\noindent\rlap{{\hskip 40pt long}}\hskip 30pt\fig{{a}} {WORDS}"
    paper = paper_of(tmp_path, body, FIG, figures={"a": "-18.5"}, uses={"a": 1})
    assert [fault.said for fault in check(paper) if fault.kind == "figure"] == []
