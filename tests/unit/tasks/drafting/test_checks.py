"""Each check finds what it is for, in papers that LaTeX set, and nothing in one that is as it should be."""

from __future__ import annotations

import random
import re
from pathlib import Path
from typing import Any

import pytest

from tasks.drafting.checking import checked
from tests.unit.tasks.drafting.papers import FIGURES, needs_latex, prose, sources

pytestmark = needs_latex


def faults(folder: Path) -> list[str]:
    built, found = checked(folder)
    assert built.error == ""
    return [f"{fault.kind}: {fault.said}" for fault in found.faults]


def kinds(folder: Path) -> set[str]:
    return {fault.partition(":")[0] for fault in faults(folder)}


def test_a_paper_that_is_as_it_should_be_has_no_fault(tmp_path: Path) -> None:
    assert faults(sources(tmp_path / "p")) == []


@pytest.mark.parametrize("key", FIGURES)
def test_an_altered_figure_is_named(tmp_path: Path, key: str) -> None:
    folder = sources(tmp_path / "p")
    numbers = (folder / "numbers.tex").read_text()
    digit = re.search(rf"(gonogodef{{{re.escape(key)}}}{{.*?)(\d)(\D*}})$", numbers, re.MULTILINE)
    assert digit is not None
    other = str((int(digit[2]) + 1) % 10)
    (folder / "numbers.tex").write_text(numbers[: digit.start(2)] + other + numbers[digit.end(2) :])
    found = faults(folder)
    assert found, key
    assert all(f" {key} is printed as" in fault for fault in found), found


@pytest.mark.parametrize("key", ["model-clip/loss", "looks/done", "model-blip/p"])
def test_digits_in_the_place_of_a_figure_are_named(tmp_path: Path, key: str) -> None:
    folder = sources(tmp_path / "p")
    text = (folder / "paper.tex").read_text()
    (folder / "paper.tex").write_text(text.replace(f"\\fig{{{key}}}", "7.77", 1))
    assert any(f"{key} is printed" in fault for fault in faults(folder))


def ends(content: bytes, text: bytes) -> list[int]:
    return [found.end() - 1 for found in re.finditer(re.escape(text) + rb"(?=[,)\]])", content)]


def test_a_figure_altered_in_the_pages_themselves_is_named(tmp_path: Path) -> None:
    folder = sources(tmp_path / "p")
    built, _ = checked(folder)
    assert built.pdf is not None
    from tasks.drafting.checking import held
    from tasks.drafting.expected import Expected

    content, named = built.pdf.read_bytes(), 0
    spots = [at for text in (b"0.563", b"0.536", b"0.592", b"(0.001", b"(0.12") for at in ends(content, text)]
    assert len(spots) >= 5
    for spot in spots:
        other = bytes([48 + (content[spot] - 47) % 10])
        built.pdf.write_bytes(content[:spot] + other + content[spot + 1 :])
        found = held(Expected.read((folder / "paper.json").read_bytes()), folder, built.pdf)
        named += any(fault.kind in ("figure", "digits") for fault in found.faults)
    assert named == len(spots)


def test_a_number_of_nobody_is_named_with_its_page(tmp_path: Path) -> None:
    found = faults(sources(tmp_path / "p", "We trained for 365 days on 12 machines."))
    assert [fault.partition(" is bound")[0] for fault in found] == ["digits: page 1: 365", "digits: page 1: 12"]


def test_names_dates_and_floats_are_no_numbers_of_nobody(tmp_path: Path) -> None:
    assert faults(sources(tmp_path / "p", "ViT-B/32 is in Table~\\ref{tab:one}, on 2026-12-01, at event 41.")) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("We ran 12 models.", "12 is no figure"),
        ("The loss is $\\approx93$.", "93 is no figure"),
        ("So $p < .05$.", ".05 is no figure"),
        ("We ran it in 2021 images.", "2021 is no figure"),
        ("Table 2, 17 models.", "17 is no figure"),
        ("A weight $w_{0.93}$.", "0.93 is no figure"),
        ("Ninety-three percent fail.", "Ninety-three"),
        ("Thirteen of fifteen fail.", "Thirteen of fifteen is no figure"),
        ("Two thirds fail, and one quarter holds.", "Two thirds is no figure"),
        ("Some ½ of them.", "½ is no figure"),
        ("It holds in two of three models.", "two of three is no figure"),
        ("Half of the models fail, 5\\% by far.", "is no figure of the record"),
        ("See \\fig{model-clip/los}.", "there is no figure model-clip/los; the nearest is model-clip/loss"),
        ("This is novel and the first of its kind.", "'novel' promises more"),
        ("The gain is significant.", "'significant' without its test"),
        ("As \\cite{smith2020bad} said.", "smith2020bad cannot be cited: it was excluded at event 17 (off-topic)"),
        ("As \\cite{nobody1999} said.", "nobody1999 is no work that was screened"),
    ],
)
def test_what_people_write_is_checked_with_file_and_line(tmp_path: Path, text: str, said: str) -> None:
    from tasks.drafting.checking import held
    from tasks.drafting.expected import Expected

    folder = prose(sources(tmp_path / "p"), f"A line before.\n{text}\n")
    found = held(Expected.read((folder / "paper.json").read_bytes()), folder, None)
    assert any(
        fault.said.startswith("paper/prose/introduction.tex:2: ") and said in fault.said for fault in found.faults
    )


@pytest.mark.parametrize(
    "text",
    [
        "ViT-B/32, GPT-4 and CLIP2 are names. % 99 of 100",
        "% allow: 12\nWe ran 12 seeds.",
        "We ran 12 seeds. % allow: 12, three",
        "See \\ref{tab:1} and \\cite{dosovitskiy2021image}, \\vspace{3pt} \\fig{model-clip/loss}.",
        "The test is significant at that level.",
        "One of them, once.",
        "% allow: 1,000, 12\nWe took 1,000 images and 12 seeds.",
        "Since 2021, after Radford et al.\\ (2021), at CVPR 2025 and in May 2024.",
        "See Section 3.2, Eq.~(5), Tables 2 and 3, Fig.~1, Appendix B.2 and pages 3--7.",
        "$\\sum_{i=1}^{n} x_1^2 \\log_2 d_{k+1}$, the 1st and 2nd, 2D.",
        "\\begin{tabular}{p{3cm}l} \\cmidrule(lr){2-3} \\multicolumn{2}{c}{x} \\\\[3pt] \\end{tabular}",
        "\\newcommand{\\name}[1]{\\emph{#1}} \\parbox{0.48\\textwidth}{x}",
    ],
)
def test_what_people_may_write(tmp_path: Path, text: str) -> None:
    from tasks.drafting.checking import held
    from tasks.drafting.expected import Expected

    folder = prose(sources(tmp_path / "p"), text)
    found = held(Expected.read((folder / "paper.json").read_bytes()), folder, None)
    assert [fault.said for fault in found.faults if fault.kind in ("prose", "wording")] == []


@pytest.mark.parametrize(
    ("changes", "more", "kind"),
    [
        ({"page_limit": 1, "counted": "all"}, "\\clearpage x \\clearpage y", "pages"),
        ({"anonymous": True}, "", "anonymity"),
        ({}, "\\fbox{TODO: say more}", "todo"),
        ({}, "The claim holds by\nthe rule.", "wording"),
        ({}, "\\begin{table}\\caption{Nobody speaks of it}\\end{table}", "floats"),
        (
            {},
            "\\mbox{This line is by far too long to fit into one column of a page of this small paper of ours}",
            "boxes",
        ),
        ({}, "See \\ref{tab:gone}.", "citation"),
        ({"deadline": "2026-11-01"}, "", "deadline"),
        ({"replaced": ["中 is printed as U+4E2D"]}, "", "characters"),
        ({"citations": []}, "", "citation"),
    ],
)
def test_each_kind_of_fault_is_found_alone(tmp_path: Path, changes: dict[str, Any], more: str, kind: str) -> None:
    found = kinds(sources(tmp_path / "p", more, **changes))
    assert found in ({kind}, {kind, "todo"}), "LaTeX prints ?? for a label of which there is nothing"


def test_fonts_of_type_3_and_fonts_that_are_not_embedded_are_named(tmp_path: Path) -> None:
    from tasks.drafting.checks.fonts import check
    from tasks.drafting.expected import Expected
    from tasks.drafting.fault import Paper
    from tasks.drafting.reading.pages import Font, Pages

    folder = sources(tmp_path / "p")
    expected = Expected.read((folder / "paper.json").read_bytes())
    fonts = (Font("F1", "Type3", True), Font("Helvetica", "Type1", False), Font("ABC+Times", "Type1", True))
    found = list(check(Paper(expected, Pages(1, (), (), fonts, {}), "", {}, "")))
    assert [fault.text for fault in found] == ["F1 is of Type 3", "Helvetica is not embedded"]


@pytest.mark.slow
def test_random_papers_without_a_fault_have_none(tmp_path: Path) -> None:
    draw = random.Random(11)
    for number in range(6):
        words = " ".join(
            draw.choice(["attention", "of", "models", "image", "text", "a", "entropy"]) for _ in range(400)
        )
        heads = "".join(f"\\section{{On ViT-B/32}}\\subsection{{More}}{words}\n\n" for _ in range(draw.randint(1, 4)))
        assert faults(sources(tmp_path / str(number), f"{heads}\\footnote{{A note on it.}}")) == []
