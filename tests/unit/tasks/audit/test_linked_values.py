"""Links from numbers to values are told apart from links that only refer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.audit.audit import audit
from tasks.audit.reading.opening import read_report

from .fragments import linked

NOTES = """The gain is 0.58[^1] and 0.61[^2], by [1](#n1), [2](#n2) and [3](#n3); see [0.4](#s4).

## 0.4 Notes <a id="s4"></a>

- <a id="n1"></a>After 3 trials of 8, 0.57
- <a id="n2"></a>After 5 trials of 9, 0.66
- <a id="n3"></a>As in 2019

[^1]: 0.57 before it was mended
[^2]: 0.66 in the first paper
"""

REFER = {
    "sections": "See [Section 2](#two), [2](#two), [2.1](#two-one), [3](#three).\n\n## <a id='two'></a>2 Method\n\n"
    "### <a id='two-one'></a>Data\n\n1,200 images.\n\n<a id='three'></a>\n\n## Results\n\nOf 40, 30 held.",
    "section numbers without sections": "In [2.1](#a), [2.2](#b), [2.3](#c), [2.4](#d):\n\n- <a id='a'></a>40 images"
    "\n- <a id='b'></a>50 images\n- <a id='c'></a>2.3 images each\n- <a id='d'></a>3.5 s",
    "notes": NOTES,
    "numbered references": "By [3](#ref-3), [1](#ref-1), [2](#ref-2), [3](#ref-3).\n\n"
    "1. <a id='ref-1'></a>A, 2019, 3(2)\n2. <a id='ref-2'></a>B, 2020, 1(1), pp. 3\n3. <a id='ref-3'></a>C, 2021, 3(1)",
    "references in a table": "By [1](#a), [2](#b), [3](#c), [4](#d), [4](#d).\n\n"
    "| Who | Year | Volume |\n|---|---|---|\n| <a id='a'></a>A | 2019 | 1 |\n| <a id='b'></a>B | 2020 | 2 |\n"
    "| <a id='c'></a>C | 2020 | 3 |\n"
    "| <a id='d'></a>D | 2021 | 7 |",
    "footnotes of a page": "<html><p>So it is<sup><a href='#f1'>1</a></sup>, and so<sup><a href='#f2'>2</a></sup>, "
    "not so<sup><a href='#f3'>3</a></sup>.</p><ol><li id='f1'>Of 8, 5.</li><li id='f2'>0.2 in 2021.</li>"
    "<li id='f3'>No.</li></ol>",
    "pages": "<html><p><a href='#p1'>1</a> <a href='#p2'>2</a> <a href='#p3'>3</a> <a href='#p9'>9</a></p>"
    "<div id='p1'>40</div><div id='p2'>3</div><div id='p3'>3</div><div id='p9'>2</div>",
    "versions": "Changed in [1.2](#v12), [1.3](#v13), [2.0](#v20).\n\n- <a id='v12'></a>3 bugs\n- "
    "<a id='v13'></a>1.3 MB less\n- <a id='v20'></a>40 tests",
    "a label and a score of one row": "By [1](#smith): [0.81](#smith). By [2](#jones): [0.84](#jones)."
    " By [3](#wu): [0.79](#wu).\n\n| Work | Score |\n|---|---|\n| <a id='smith'></a>Smith | 0.81 |\n"
    "| <a id='jones'></a>Jones | 0.84 |\n"
    "| <a id='wu'></a>Wu | 0.79 |",
    "an id that is there twice": linked() + "\nOr [5.5](#twice).\n\n- <a id='twice'></a>4.4\n- <a id='twice'></a>5.5\n",
    "a place elsewhere": linked()
    + "\nOr [0.5](other.html#v-depth), [0.6](https://a.example/#v-depth), [0.7](#nowhere).\n",
    "in code": linked() + "\nWritten `[0.5](#v-depth)`.\n\n```\n[0.6](#v-depth)\n```\n",
    "a number with words": linked() + "\nThe [8 cm that we wanted](#v-depth), or [v2.7](#v-depth), were not reached.\n",
}


def alarms(text: str):
    found = audit(read_report(text)).findings
    return [(each.check, each.computation) for each in found if each.verdict in ("inconsistent", "depends on reading")]


@pytest.mark.parametrize("text", REFER.values(), ids=REFER.keys())
def test_a_link_that_only_refers_is_no_claim(text: str) -> None:
    assert alarms(text) == []


COUNT = st.integers(1, 12)


@given(
    entries=st.lists(st.tuples(COUNT, COUNT, st.integers(1990, 2026)), min_size=1, max_size=12),
    cited=st.lists(COUNT, max_size=12),
    as_table=st.booleans(),
    by_name=st.booleans(),
)
def test_no_list_of_references_is_taken_for_values(
    entries: list[tuple[int, int, int]], cited: list[int], as_table: bool, by_name: bool
) -> None:
    ids = [f"{'abcdefghijkl'[at] * 3}" if by_name else f"ref-{at + 1}" for at in range(len(entries))]
    text = " ".join(f"[{number}](#{ids[number - 1]})" for number in cited if number <= len(entries))
    rows = [f"<a id='{id}'></a>A. Author | {a} | {b} | {year}" for id, (a, b, year) in zip(ids, entries, strict=True)]
    table = ["| Who | Volume | Issue | Year |", "|---|---|---|---|", *(f"| {row} |" for row in rows)]
    items = [f"- {row}".replace(" |", ",") for row in rows]
    assert alarms("\n".join(["# Review", "", f"As shown in {text}.", "", *(table if as_table else items)])) == []


def test_a_number_that_follows_from_its_row_depends_on_reading() -> None:
    rows = "".join(f"| <a id='{name}'></a>{name} | {at}.5 | {at}.1 |\n" for at, name in enumerate("abc", start=3))
    text = f"[3.5](#a), [4.5](#b), [5.5](#c), by [0.4](#a) more\n\n| Site | New | Old |\n|---|---|---|\n{rows}"
    assert [each for each in alarms(text) if each[0] == "linked_values"] == [
        ("linked_values", "0.4 links to a in line 5, where there is 3.5, 3.1; unless it is meant to be 3.5 - 3.1")
    ]
    assert [each.verdict for each in audit(read_report(text.replace("[0.4]", "[2.2]"))).of("inconsistent")]


def test_the_finding_quotes_the_line_and_names_the_other() -> None:
    text = linked(depth="4.37")
    (found,) = (each for each in audit(read_report(text)).findings if each.verdict == "inconsistent")
    assert (found.line, found.also) == (1, (7,))
    assert found.quote.startswith("The dry depth is [4.37](#v-depth) cm,")
    assert found.computation == ("4.37 links to v-depth in line 7, where there is 4.27, 4.02, 4.51, 4.268817204301075")


def test_a_sign_may_be_in_words_unless_it_is_the_custom_to_link_it() -> None:
    rows = "".join(f"| <a id='{name}'></a>{name} | < 0.001 | 3.1 |\n" for name in "abcd")
    table = f"\n| Test | p | Depth |\n|---|---|---|\n{rows}"
    in_words = "With p below [0.001](#a), [0.001](#b), [0.001](#c) and [0.001](#d).\n"
    linked_signs = "With p [< 0.001](#a), [< 0.001](#b), [< 0.001](#c) and [{}](#d).\n"
    assert alarms(in_words + table) == []
    assert alarms(linked_signs.format("< 0.001") + table) == []
    (found,) = alarms(linked_signs.format("0.001") + table)
    assert found[0] == "linked_values"


def test_what_holds_is_counted_once() -> None:
    found = [
        each for each in audit(read_report(linked())).findings if each.check in ("linked_values", "rounded_values")
    ]
    assert [each.verdict for each in found] == ["consistent", "consistent"]


@pytest.mark.parametrize(
    "page", ["<a href='#x'>" * 5_000, "<a href='#x'>1.5</a>" * 5_000, "<code>" * 5_000 + "1" * 9_000]
)
def test_many_marks_are_read_to_their_end(page: str) -> None:
    """Text inside of a thousand open links is not kept a thousand times."""
    assert alarms("<html><p id='x'>7.5</p><p>" + page * 4) == []
