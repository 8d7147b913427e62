"""Sentences, tags, macros and numbers are read as people read them, in time that grows with the length of a text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.audit.audit import audit
from tasks.audit.claims.lookup import Lookup
from tasks.audit.reading.opening import read_report
from tasks.audit.reading.report import Line
from tasks.audit.reading.sentences import sentences, wraps
from tasks.audit.reading.tags import Tag, split
from tasks.audit.reading.writing import canonical


def texts(source: str, suffix: str = ".md") -> list[tuple[int, str]]:
    return [(each.number, each.text) for each in read_report(source, suffix).lines]


def test_sentences_end_where_the_next_one_begins() -> None:
    said = "We kept 12 (see Fig. 3). It took 90 s. The rest, e.g. A and B, is 5.2 ± 0.1. Done"
    assert sentences(said) == [
        "We kept 12 (see Fig. 3).",
        "It took 90 s.",
        "The rest, e.g. A and B, is 5.2 ± 0.1.",
        "Done",
    ]


@given(st.text(max_size=300))
def test_sentences_leave_out_nothing_but_blanks(text: str) -> None:
    assert "".join("".join(sentences(text)).split()) == "".join(text.split())


def test_lines_that_wrap_are_one_and_keys_stay_apart() -> None:
    long = "The mean of all runs that were made on both machines is given as"
    assert wraps(long, "12.4 s by the clock")
    assert not wraps(long, "Deadline: 4 March")
    assert not wraps(long + " here.", "Then it ended")
    assert not wraps("Kept: 12", "of 30")
    assert texts(f"{long}\n12.4 s (see above). Then\nit ended.\nKey: 3") == [
        (1, f"{long} 12.4 s (see above)."), (2, "Then"), (3, "it ended."), (4, "Key: 3"),
    ]  # fmt: skip


def test_a_finding_quotes_its_sentence_as_it_stands_in_the_file() -> None:
    found = audit(
        read_report("We **left** [all](https://x.org/1/2) of it. Then *we* kept `5`/6 (82%) of them. Done.\n")
    )
    assert [each.quote for each in found.findings] == ["Then *we* kept `5`/6 (82%) of them."]


def test_quotes_are_not_repaired() -> None:
    found = audit(read_report("# Â± \n\nâœ… Kept 5/6 (82%)\n"))
    assert {each.check: each.quote for each in found.findings} == {
        "percentages": "âœ… Kept 5/6 (82%)",
        "encoding": "# Â±",
    }


def test_tags_are_split_as_a_browser_splits_them() -> None:
    page = 'a<B title="x>y">b</B ><br/><!-- <i> -->c &lt; 3 < 4<script>"</b>" 1/2</script\n>d<p class="open'
    assert [each if isinstance(each, str) else (each.name, each.close) for _, each in split(page)] == [
        "a", ("b", False), "b", ("b", True), ("br", False), ("br", True), "c < 3 ", "<", " 4", ("script", False),
        ("script", True), "d",
    ]  # fmt: skip
    assert [line for line, each in split("a\n<b>\n\nc") if isinstance(each, str)] == [1, 2]
    assert [each.close for _, each in split("<b/>") if isinstance(each, Tag)] == [False, True]


@pytest.mark.slow
@pytest.mark.parametrize(
    "page",
    ["<b" * 400_000, "<!--" * 200_000, "<a '" * 200_000, '<a b="' * 150_000, "<table><tr><td>" * 50_000,
     "<ul><li>" * 100_000, "&" * 500_000, "<" * 500_000, "</" * 400_000, "<![CDATA[" * 80_000],
    ids=lambda page: page[:8],
)  # fmt: skip
def test_a_large_page_of_broken_tags_is_read_to_its_end(page: str) -> None:
    """With a parser that looks for an end again and again this would not end."""
    assert not audit(read_report("<html>" + page + "5/7 (71%)", ".html")).of("inconsistent")


@pytest.mark.slow
@pytest.mark.parametrize(
    "line",
    ["# A {0} took {0} s\n", "[a {0}](b{0}) 3/4 (75%)\n", "Tasks completed: {0}/90000 tasks completed\n- [x] a\n",
     "### Task {0} (2.5 s)\nStatus: done (2.5 s)\n", "S{0} (X{0}) has a range of [0, {0}]. S{0} = 0.5 ± 0.1\n",
     "## S{0}\nMean{0} = 0.7 ± 0.1, threshold 0.5{0}\nd = 0.{0}\np = 0.0{0}\n", "- layers ({0}-{0}): MCS = 0.5\n",
     "`a/b{0}.py` and `c/b{0}.py`\n", "|Total|{0}|\n", "We list 3 things:\n- a{0}\n", "sentence {0}. Another one. "],
)  # fmt: skip
def test_a_file_of_many_claims_is_read_to_its_end(line: str) -> None:
    """If each was held against every other this would not end."""
    audit(read_report("# T\n\n|a|b|\n|-|-|\n" + "".join(line.format(at) for at in range(15_000))))


def test_macros_of_latex_stand_for_their_text() -> None:
    source = (
        "\\newcommand{\\acc}{0.73}\n\\def\\n{100}\n\\section{Results}\nWe find \\acc{} (\\n pairs)\\cite{a1999}\n"
        "and so on.\n\\begin{verbatim}\n5/7 (90%)\n\\end{verbatim}\n"
        "\\begin{itemize}\n\\item Load: 3 s\n\\end{itemize}\nEnd\n"
    )
    assert texts(source, ".tex") == [
        (3, "Results"), (4, "We find 0.73 (100 pairs) and so on."), (7, ""), (8, ""), (10, "Load: 3 s"), (12, "End"),
    ]  # fmt: skip


def test_code_of_restructured_text_is_no_claim() -> None:
    source = (
        "Title\n=====\n\nAn example::\n\n    5/7 (90%)\n\n.. code-block:: python\n\n   3/4 (80%)\n\nKept 1/2 (50%)\n"
    )
    assert [each.computation for each in audit(read_report(source)).findings] == ["1/2 = 50 %, printed as 50 %"]


@pytest.mark.parametrize(
    ("text", "decimal_comma", "expected"),
    [
        ("1 234.5 s and 1 234 567", False, "1234.5 s and 1234567"),
        ("12 345 people", False, "12_345 people"),
        ("12 345 personnes", True, "12345 personnes"),
        ("3.2×10⁻⁹, 4 x 10^5, 2 * 10^{-3}", False, "3.2e-9, 4e5, 2e-3"),
        ("（５／７：７１％）", False, "(5/7:71%)"),
    ],
)
def test_powers_and_spaced_thousands_have_one_writing(text: str, decimal_comma: bool, expected: str) -> None:
    assert canonical(text, decimal_comma) == expected


@given(st.lists(st.text(alphabet="abİß0± \n", max_size=8), max_size=12), st.sampled_from(["a", "b0", "±", "ß"]))
def test_a_word_is_found_on_the_lines_that_hold_it(lines: list[str], word: str) -> None:
    every = [Line(at, text, text, "text", 0, 0, at) for at, text in enumerate(lines)]
    found = Lookup(every).holding([word])
    assert found == [each for each in every if word in each.text.lower()]
