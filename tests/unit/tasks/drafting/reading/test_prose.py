"""Numbers in what people write are found where they are printed, and nowhere else."""

from __future__ import annotations

import time

import pytest

from tasks.drafting.reading.prose import figures_in, let_through, numbers_in
from tasks.drafting.reading.visible import visible


def texts(prose: str) -> list[str]:
    return [number.text for number in numbers_in(prose)]


@pytest.mark.parametrize(
    ("prose", "found"),
    [
        ("It was measured on 12 images.", ["12"]),
        ("A loss of 0.563 [0.536, 0.592] nat", ["0.563", "0.536", "0.592"]),
        (r"50\% of 1,000, or 1e-5, or .5", ["50 %", "1,000", "1e-5", ".5"]),
        ("3--5 images", ["3", "5"]),
        ("$p < 10^{-3}$", ["10", "-3"]),
        ("two of three models, twice, half of them", ["two of three", "twice", "half of"]),
        ("one of the three, a third of it, most of the two", ["one of the three", "a third of", "most of the two"]),
        ("twenty-five runs, two-thirds, five-fold, doubled", ["twenty-five", "two-thirds", "five-fold", "doubled"]),
        ("accuracy-0.93 and Accuracy-0.93", ["0.93", "0.93"]),
        (r"\footnote{5} \textcolor{red}{6} \href{http://a.org/1}{7} \section{The 8}", ["5", "6", "7", "8"]),
        (r"\newcommand{\loss}[1]{0.56 #1} \def\other{7}", ["0.56", "7"]),
        (r"\begin{tabular}{p{3cm}ll} 1.5 & 2 \\[2pt] \multicolumn{2}{c}{17} \end{tabular}", ["1.5", "2", "17"]),
        ("In 2021 and since May 2020", ["2021"]),
    ],
)  # fmt: skip
def test_numbers_are_found(prose: str, found: list[str]) -> None:
    assert texts(prose) == found


@pytest.mark.parametrize(
    "prose",
    [
        "ViT-B/32, GPT-4, LLaVA-1.5, BLIP-2, SigLIP2, CLIP ViT-L/14@336, H100, 3D, openclip-vit-b-32",
        r"As in \cite[p.~3]{zhai2023}, \citep{dong21}, Table~\ref{tab:1}, \eqref{eq:2} and \pageref{x9}",
        r"\vspace{2mm}\hspace*{-0.5em}\includegraphics[width=0.5\textwidth,page=2]{a1.pdf}\\[3mm]\hskip 3pt plus 1fil",
        r"\label{sec:1}\input{part2}\bibliography{refs2}\setcounter{page}{7}\rule{1pt}{2pt}\definecolor{a}{rgb}{0,0,1}",
        "Zhai et al. (2023), (Dong et al., 2021), Cover and Thomas 2006, Gelman (2014a), Xiao~et~al.~2023",
        "arXiv:2303.06296v2, doi:10.1145/3292500.3330701, 10.1145/3292500",
        "a two-sided test of one-sided claims, one of them, zero-shot",
        "$x_1$, $H_{12}$, $R^2$ and $\\alpha_0$",
        "% we drop 5 of 6\nwords % and 7",
        r"\fig{model-2/loss/low} and \fig {a/1}",
        "12 images % allow: 12",
        "% allow: 12, two\n12 images of two kinds",
        "5\\% of it % allow: 5",
        "two of three % allow: two, three",
    ],
)
def test_what_counts_nothing_is_left_alone(prose: str) -> None:
    assert texts(prose) == []


def test_what_is_allowed_is_allowed_on_its_line_and_the_next_alone() -> None:
    assert texts("% allow: 12\n12 images\n12 more") == ["12"]
    assert texts("12 images % allow: 13") == ["12"]


def test_a_number_has_its_line() -> None:
    assert [number.line for number in numbers_in("a\n\nb 12\n% 5\nc 7")] == [3, 5]


def test_a_percent_sign_in_a_listing_or_behind_a_backslash_begins_no_comment() -> None:
    assert texts("\\begin{verbatim}\n50 % 60\n\\end{verbatim}\n\\verb|%7| \\%8 \\\\%9") == ["50 %", "60", "7", "8"]


def test_figures_are_found_over_lines_and_not_in_comments() -> None:
    prose = "\\fig{a/b}\n% \\fig{c}\n\\fig{\n d/e } \\figure{x} \\fig 5"
    assert list(figures_in(prose)) == [("a/b", 1), ("d/e", 3), ("", 4)]


def test_what_is_let_through_may_stand_on_pages_and_what_is_not_may_not() -> None:
    through = let_through("ViT-B/32 with 12 and 13 images % allow: 13")
    assert "ViT-B/32" in through
    assert "13" in through
    assert "12" not in through


def test_blank_is_as_long_as_the_source() -> None:
    prose = "a \\cite{x} % c\n\\vspace{2mm} b \\[x_1\\]"
    assert len(visible(prose)) == len(prose)
    assert visible(prose).count("\n") == prose.count("\n")


@pytest.mark.parametrize(
    "unit",
    ["{", "\\cite{", "\\cite[", "\\begin{tabular}{", "\\fig{", "%", "\\", "_{", "a-", "1,", "a1-", "\\verb|", "2 "],
)
def test_time_is_in_proportion_to_the_text(unit: str) -> None:
    began = time.process_time()
    prose = unit * (30_000 // len(unit))
    numbers_in(prose)
    list(figures_in(prose))
    assert time.process_time() - began < 10
