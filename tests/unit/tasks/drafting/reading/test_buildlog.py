"""What LaTeX says of its work is read from logs as they are, with lines that are cut and files that open and close."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tasks.drafting.reading.buildlog import BuildLog, Overfull, read_log, unwrapped
from tests.unit.tasks.drafting.documents import needs_latex, typeset


def cut(*messages: str) -> str:
    """Messages as TeX writes them: a line ends at its 79th column, wherever that is."""
    return "\n".join(text[at : at + 79] for text in messages for at in range(0, max(1, len(text)), 79)) + "\n"


def undefined(key: str, what: str = "Citation", by: str = "LaTeX") -> str:
    return f"{by} Warning: {what} `{key}' on page 126 undefined on input line 432."


@pytest.mark.parametrize("length", range(1, 90))
def test_keys_of_any_length_are_read_wherever_a_line_is_cut(length: int) -> None:
    key = ("prop:a-b," * 12)[:length].rstrip(",") + "x"
    assert read_log(cut(undefined(key), "", undefined(f"{key}2", "Reference"))) == BuildLog(
        (), (key,), (f"{key}2",), (), (), False
    )


@pytest.mark.parametrize("sign", ["-", ",", "(", ".", ")", "'", "["])
def test_a_line_may_be_cut_behind_any_sign(sign: str) -> None:
    start = "LaTeX Warning: Citation `"
    key = "k" * (79 - len(start) - 1) + sign + "rest"
    assert read_log(cut(f"{start}{key}' on page 1 undefined on input line 4.")).citations == (key,)


def test_warnings_of_packages_are_read_also_over_lines() -> None:
    log = "Package natbib Warning: Citation `cytron etc' on page 7 undefined on input line\n 17.\n\n"
    log += (
        "Package hyperref Warning: Token not allowed in a PDF string (PDFDocEncoding):\n(hyperref)         removing\n"
    )
    assert read_log(log).citations == ("cytron etc",)


def test_each_box_has_its_file_and_line() -> None:
    log = cut(
        "(./paper.tex (/usr/share/texmf/tex/latex/base/article.cls) (./sections/a.tex [1]",
        "Overfull \\hbox (43.9701pt too wide) in paragraph at lines 540--541",
        r"[]\OT1/cmr/m/n/10.95 (-20) main and $\OML/cmm/m/it/10.95 f \OT1/cmr/m/n/10.95 ((((",
        " []", "", ")",
        "(./sections/a-section-with-a-name-that-is-so-long-that-the-log-is-cut-in-the-middle-of-it.tex",
        "Package pgf Warning: Returning node center instead of a point :( on node ``n3''? on input line 16.", "",
        "Overfull \\hbox (6.0pt too wide) in alignment at lines 7--9", " [][]", " []", "",
        "Overfull \\hbox (1.0pt too wide) detected at line 12", "", ")",
        "Overfull \\vbox (10.95831pt too high) has occurred while \\output is active []",
    )  # fmt: skip
    long = "sections/a-section-with-a-name-that-is-so-long-that-the-log-is-cut-in-the-middle-of-it.tex"
    assert read_log(log).boxes == (
        Overfull(43.9701, "sections/a.tex", 540), Overfull(6.0, long, 7), Overfull(1.0, long, 12),
        Overfull(10.95831, "paper.tex", None),
    )  # fmt: skip


def test_missing_files_labels_and_passes_are_told() -> None:
    log = cut(
        "! LaTeX Error: File `figs/a b.pdf' not found.", "No file paper.aux.",
        "LaTeX Warning: Label `eq:1' multiply defined.",
        "! I can't find file `part.tex'.",
        "LaTeX Warning: Label(s) may have changed. Rerun to get cross-references right.",
    )  # fmt: skip
    assert read_log(log) == BuildLog((), (), (), ("eq:1",), ("figs/a b.pdf", "part.tex"), True)
    assert read_log("Package rerunfilecheck Info: File `paper.out' has not changed.\n") == BuildLog(
        (), (), (), (), (), False
    )


def test_two_messages_of_just_that_width_stay_two() -> None:
    one = undefined("k" * (79 - len(undefined(""))))
    assert len(one) == 79
    assert len(unwrapped(f"{one}\n{one.replace('k', 'j')}\n")) == 2


@pytest.mark.parametrize("unit", ["(", "a" * 79 + "\n", "(a.tex ", "Citation `", "[]\n", "(x)  y\n", "No file "])
def test_time_is_in_proportion_to_the_log(unit: str) -> None:
    began = time.process_time()
    read_log(unit * (400_000 // len(unit)))
    assert time.process_time() - began < 10


@needs_latex
def test_a_log_of_latex_itself(tmp_path: Path) -> None:
    (tmp_path / "part.tex").write_text("\n\nA \\mbox{" + "long " * 40 + "}\n\n")
    key = "a-key-that-is-so-long-that-the-line-of-the-log-which-names-it-is-cut"
    (tmp_path / "paper.tex").write_text(
        "\\documentclass{article}\\begin{document}\\input{part} \\ref{" + key + "} \\cite{" + key + "}"
        "\\label{a}\\label{a}\\end{document}"
    )
    _, log = typeset(tmp_path, 2)
    found = read_log(log)
    assert (found.citations, found.references, found.labels) == ((key,), (key,), ("a",))
    assert [(box.file, box.line) for box in found.boxes] == [("part.tex", 3)]
