"""A report is read whatever its format, encoding and locale; what is no report is refused in one line."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.errors import BadInput
from tasks.audit.audit import audit, audit_file
from tasks.audit.numbers import Span, printed
from tasks.audit.reading.opening import open_report, read_report
from tasks.audit.reading.report import Link
from tasks.audit.reading.writing import canonical

TEXT = "Kept: 40 of 64 (60 %), 5 ± 1 — naïve\n"


def written(tmp_path: Path, data: bytes, name: str = "report.md") -> Path:
    path = tmp_path / name
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
def test_every_encoding_leads_to_the_same_finding_and_no_other(tmp_path: Path, encoding: str) -> None:
    found = audit_file(written(tmp_path, TEXT.encode(encoding)))
    assert [(each.check, each.line) for each in found.findings if each.verdict == "inconsistent"] == [
        ("percentages", 1)
    ]


def test_bytes_that_fit_no_one_encoding_are_said_to_be_lost(tmp_path: Path) -> None:
    found = audit_file(written(tmp_path, "Größe: 5 ± 1\n".encode() + "Größe\n".encode("latin-1")))
    assert [(each.check, each.line) for each in found.findings if each.verdict == "inconsistent"] == [("encoding", 2)]


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"%PDF-1.7 ...", "PDF"),
        (b"PK\x03\x04abc", "zip"),
        (b"\x89PNG\r\n\x1a\n", "picture"),
        (bytes(range(256)) * 40, "not text"),
        (b"\x01\x02\x03\x04" * 50, "not text"),
    ],
)
def test_what_is_no_text_is_refused_in_one_line(tmp_path: Path, data: bytes, word: str) -> None:
    with pytest.raises(BadInput, match=word) as refused:
        audit_file(written(tmp_path, data))
    assert "\n" not in str(refused.value)
    assert "report.md" in str(refused.value)


@pytest.mark.parametrize(
    "data", [b"", b"\n\n", b"no number at all, done\n", b"| | |\n|--|--|\n", b"```\n1/2 (90%)\n", b"# \n##\n"]
)
def test_a_report_without_claims_has_no_findings(tmp_path: Path, data: bytes) -> None:
    assert audit_file(written(tmp_path, data)).findings == ()


@pytest.mark.parametrize(
    ("text", "decimal_comma", "expected"),
    [
        ("1,234.5", False, "1234.5"),
        ("1.234,5", True, "1234.5"),
        ("1 234,5", True, "1234.5"),
        ("1\u202f234.5 and 12'345", False, "1234.5 and 12345"),
        ("−0.5 ± .25", False, "-0.5 ± 0.25"),
        ("5 +/- 1, x <= 3", False, "5 ± 1, x ≤ 3"),
        ("[0,1] and [100,200]", False, "[0,1] and [100,200]"),
        ("１２ ％", False, "12 %"),
    ],
)
def test_numbers_have_one_writing(text: str, decimal_comma: bool, expected: str) -> None:
    assert canonical(text, decimal_comma) == expected


def test_a_report_with_a_decimal_comma_is_read_as_one() -> None:
    report = read_report("Mittel 1.234,5 und 0,73; dazu 12,5 % von 99,5")
    assert report.lines[0].text == "Mittel 1234.5 und 0.73; dazu 12.5 % von 99.5"


def test_a_rounded_number_stands_for_what_rounds_to_it() -> None:
    assert printed("3.10").span.low == pytest.approx(3.095)
    assert printed("3.10").span.high == pytest.approx(3.105)
    assert printed("2e3").span == Span(1500.0, 2500.0)
    assert printed("12").exact == Span(12.0, 12.0)


@pytest.mark.parametrize("text", ["5e400", "-5e400", "0.5e-400", "1" * 15 + "e299"])
def test_a_number_beyond_double_precision_is_no_crash(text: str) -> None:
    assert printed(text).text == text
    audit(read_report(f"Kept {text} of 8 (50 %), {text} + 1 = {text}; {text} s (1 min), mean {text} ± {text}, n = 5\n"))


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6), st.integers(0, 4))
def test_a_sum_of_rounded_numbers_meets_the_rounded_sum(a: float, b: float, digits: int) -> None:
    one, other, both = (printed(f"{x:.{digits}f}") for x in (a, b, a + b))
    assert (one.span + other.span).meets(both.span)


@given(st.floats(-1e3, 1e3), st.floats(-1e3, 1e3), st.floats(-1e3, 1e3), st.floats(-1e3, 1e3))
def test_a_product_of_spans_holds_the_products(a: float, b: float, x: float, y: float) -> None:
    one, other = Span(min(a, b), max(a, b)), Span(min(x, y), max(x, y))
    product = one * other
    assert product.meets(Span(a * y, a * y))
    assert product.meets(Span(b * x, b * x))


@given(st.text(max_size=400))
def test_no_text_breaks_it(text: str) -> None:
    for suffix in (".md", ".html", ".tex"):
        audit(read_report(text, suffix))


@given(st.text(alphabet="0123456789 .,±%/()[]|<>=-:np\nCIdHs*_#`$\\{}&", max_size=300))
def test_no_soup_of_signs_breaks_it(text: str) -> None:
    for suffix in (".md", ".html", ".tex"):
        audit(read_report(text, suffix))


@given(st.binary(max_size=300))
def test_no_bytes_break_it(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("b") / "x.md"
    path.write_bytes(data)
    try:
        audit_file(path)
    except BadInput as error:
        assert "\n" not in str(error)


def test_tables_in_tables_and_markup_in_titles_are_read() -> None:
    page = (
        "<!doctype html><title>9/7 tasks done</title><h2>Jobs <em>&amp;</em> <code>5/7</code></h2>"
        "<table><tr><th>A</th><th>B</th></tr><tr><td>x</td><td><table><tr><td>Kept 5/6 "
        "(82%)</td></tr></table></td></tr></table>"
        "<svg><text>3/2 (1%)</text></svg><script>1/2 (90%)</script><p>Kept: 1/2<br>(50%)</p>"
    )
    report = read_report(page)
    assert report.sections[-1].title == "Jobs & 5/7"
    found = audit(report)
    assert [each.computation for each in found.findings if each.verdict == "inconsistent"] == [
        "5/6 = 83.33 %, printed as 82 %"
    ]


def test_links_and_ids_of_lines_are_read_alike_in_both_formats() -> None:
    markdown = (
        "It is [0,57](#a) (p &lt; [0,001](#b)), `x [9](#c)`.\n\n"
        "| Id | In full |\n|---|---|\n| <a id='a'></a>a | 0,5671 |\n"
    )
    page = (
        "<html><section id='s'><p>It is <a href='#a'>0,57</a> (p &lt; <a href='#b'>0,001</a>), "
        "<code>x [9](#c)</code>.</p>"
        "<table id='t'><tr><th>Id</th><th>In full</th></tr><tr id='a'><td>a</td><td>0,5671</td></tr></table></section>"
    )
    for report in (read_report(markdown), read_report(page)):
        text, row = report.lines
        assert text.marks.links == (Link("0.57", "a"), Link("< 0.001", "b"))
        assert (text.marks.codes, text.marks.anchors, row.marks.anchors) == (("x [9](#c)",), (), ("a",))
        assert row.text == "a | 0.5671"


def test_latex_is_read_as_it_is_set() -> None:
    report = read_report(
        "\\documentclass{article}\n\\section{Results}\nWe find $M = 0.73 \\pm 0.08$ (\\SI{40}{\\percent}). % 1/2"
        " (90\\%)\n"
        "\\begin{itemize}\n\\item \\textbf{Time}: 5\\,s\n\\end{itemize}\n"
    )
    assert report.format == "latex"
    assert report.sections[-1].title == "Results"
    assert "M = 0.73 ± 0.08 (40%)" in report.lines[1].text
    assert any(line.text.startswith("Time: 5 s") for line in report.lines)


@pytest.mark.slow
@pytest.mark.parametrize(
    "line",
    ["1" * 20_000, "(" * 20_000, "a " * 20_000, "1,2," * 8_000, "**" * 9_000, "[" * 9_000,
     "1 + " * 5_000, "p = " * 5_000,
     "n = 1 " * 5_000, "from 1 to 2 " * 2_000, "95% CI " * 3_000, "| 1 " * 5_000, "<td>" * 5_000,
     "\\textbf{" * 4_000,
     "1.5 ± " * 4_000, "5/7 " * 5_000, "x" * 50_000, "Ã" * 9_000, "A, " * 6_000, "12 s (" * 4_000],
    ids=lambda line: line[:10],
)  # fmt: skip
def test_long_lines_are_read_to_their_end(line: str) -> None:
    """With a pattern that backtracks this would not end."""
    found = audit(read_report(line * 4))
    assert not [each for each in found.findings if each.verdict == "inconsistent" and each.check != "encoding"]


def test_a_folder_or_a_missing_file_is_refused(tmp_path: Path) -> None:
    fifo = tmp_path / "pipe"
    os.mkfifo(fifo)
    for path in (tmp_path, tmp_path / "missing.md", fifo):
        with pytest.raises(BadInput, match=str(path)):
            open_report(path)
