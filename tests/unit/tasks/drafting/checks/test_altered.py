"""A figure that was altered anywhere is named; papers in which nothing was altered have no fault."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest
from pdfplumber.page import Page

from tasks.drafting.checks import check
from tasks.drafting.fault import Fault
from tests.unit.tasks.drafting.documents import Document, Maker, needs_latex, tex, typeset

pytestmark = [needs_latex, pytest.mark.slow]


@pytest.mark.parametrize("seed", range(6))
def test_a_paper_in_which_nothing_was_altered_has_no_fault(seed: int, tmp_path: Path) -> None:
    document = Maker(seed, sections=2 + seed % 4).document()
    document.lay(tmp_path)
    pdf, log = typeset(tmp_path)
    paper = document.paper(pdf, log)
    assert paper.pages is not None
    assert sum(document.record["uses"].values()) == len(paper.pages.figures)
    assert [fault.said for fault in check(paper)] == []


def altered(text: str, rng: random.Random) -> str:
    """Another text as long as the first, in which one digit differs."""
    at = rng.choice([place for place, sign in enumerate(text) if sign.isdigit()])
    digit = rng.choice([each for each in "0123456789" if each != text[at]])
    return text[:at] + digit + text[at + 1 :]


def in_the_macros(document: Document, folder: Path, rng: random.Random) -> tuple[str, str]:
    key = rng.choice(sorted(document.record["uses"]))
    new = altered(document.record["figures"][key], rng)
    old = rf"\gonogodef{{{key}}}{{{tex(document.record['figures'][key])}}}"
    assert old in document.files["numbers.tex"]
    (folder / "numbers.tex").write_text(
        document.files["numbers.tex"].replace(old, rf"\gonogodef{{{key}}}{{{tex(new)}}}")
    )
    return key, new


def in_the_text(document: Document, folder: Path, rng: random.Random) -> tuple[str, str]:
    frame = document.files["paper.tex"]
    found = rng.choice(list(re.finditer(r"\\fig\{([^}#]+)\}", frame)))
    new = altered(document.record["figures"][found[1]], rng)
    (folder / "paper.tex").write_text(frame[: found.start()] + tex(new) + frame[found.end() :])
    return found[1], new


@pytest.mark.parametrize("alter", [in_the_macros, in_the_text])
@pytest.mark.parametrize("seed", range(2))
def test_a_figure_that_was_altered_in_the_sources_is_named(seed: int, alter: object, tmp_path: Path) -> None:
    """Five trials of each kind in each of two papers; `python -m benchmarks.paper` makes a thousand."""
    document, rng = Maker(100 + seed, figures=9, sections=1).document(), random.Random(seed)
    document.lay(tmp_path)
    typeset(tmp_path)
    for _ in range(5):
        document.lay(tmp_path)
        key, new = alter(document, tmp_path, rng)  # type: ignore[operator]
        faults = check(document.paper(*typeset(tmp_path, passes=1, bibliography=False)))
        named(faults, key, new)


def named(faults: tuple[Fault, ...], key: str, new: str) -> None:
    said = [fault.said for fault in faults if fault.kind in ("figure", "digits")]
    assert any(key in each for each in said), (key, new, said)


def test_a_figure_that_was_altered_in_the_bytes_of_a_pdf_is_named(tmp_path: Path) -> None:
    """Twenty trials: the digits under one link are changed in the page's own stream, in which nothing is compressed."""
    document, rng = Maker(7, sections=4).document(), random.Random(7)
    document.lay(tmp_path)
    pdf, _ = typeset(tmp_path)
    assert not check(document.paper(pdf))
    content = pdf.read_bytes()
    shown = [
        found
        for found in re.finditer(rb"\[\((?:[^()\\]|\\.)*\)(?:-?[\d.]+\((?:[^()\\]|\\.)*\)|-?[\d.]+)*\]TJ", content)
        if re.search(rb"\([^()]*\d", found[0])
    ]
    altered_pdf, trials = tmp_path / "altered.pdf", 0
    for _ in range(4000):
        if trials == 20:
            break
        piece = rng.choice(shown)
        inside = [at for at in range(piece.start(), piece.end()) if _in_string(content, piece, at)]
        if not inside:
            continue
        at = rng.choice(inside)
        other = rng.choice([each for each in b"0123456789" if each != content[at]])
        altered_pdf.write_bytes(content[:at] + bytes([other]) + content[at + 1 :])
        key = _figure_at(document, pdf, altered_pdf)
        if key is None:
            continue  # it was a digit of something else
        trials += 1
        named(check(document.paper(altered_pdf)), key, chr(other))
    assert trials == 20


def _in_string(content: bytes, piece: re.Match[bytes], at: int) -> bool:
    before = content[piece.start() : at]
    in_text = before.count(b"(") > before.count(b")") and not re.search(rb"\\\d{0,2}$", before)
    return content[at : at + 1].isdigit() and in_text


def _figure_at(document: Document, pdf: Path, other: Path) -> str | None:
    """The figure whose print differs between two PDFs, seen without any check."""
    import pdfplumber

    with pdfplumber.open(pdf) as first, pdfplumber.open(other) as second:
        for before, after in zip(first.pages, second.pages, strict=True):
            if _stream(before) == _stream(after):
                continue
            for one, two in zip(before.chars, after.chars, strict=False):
                if one["text"] != two["text"]:
                    return _link_over(before, one)
    return None


def _stream(page: Page) -> bytes:
    return b"".join(each.get_data() for each in page.page_obj.contents)


def _link_over(page: Page, glyph: dict[str, float]) -> str | None:
    for link in page.annots:
        target = (link["data"].get("A") or {}).get("D", b"")
        if not isinstance(target, bytes) or not target.startswith(b"src."):
            continue
        x, y = (glyph["x0"] + glyph["x1"]) / 2, (glyph["top"] + glyph["bottom"]) / 2
        if link["x0"] <= x <= link["x1"] - 0.9 and link["top"] <= y <= link["bottom"]:
            return target.decode().removeprefix("src.")
    return None
