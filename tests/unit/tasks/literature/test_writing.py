"""What is written is read back the same: in each format, in chains of formats, for any record."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.literature.reading.assembling import assembled
from tasks.literature.reading.opening import read_literature
from tasks.literature.reading.outcome import Unreadable
from tasks.literature.record import TYPES, Date, Identifier, Name, Record
from tasks.literature.writing.bibtex import write_bibtex
from tasks.literature.writing.csl import write_csl
from tasks.literature.writing.ris import write_ris

Write = Callable[[Sequence[Record], Sequence[str]], str]
WRITERS: dict[str, Write] = {"bibtex": write_bibtex, "ris": write_ris, "csl-json": write_csl}

ORDINARY = Record(
    title="Étude of $x_1$ & 100% {sets}: a_b, C# – and ~more",
    type="article-journal",
    authors=(Name("van der Berg", "Erika"), Name("Doe", "Jane", "Jr."), Name(literal="World Bank and Friends")),
    issued=Date(2021, 2, 3),
    container="J. of A & B",
    publisher="House",
    volume="3",
    issue="4",
    pages="5-9",
    doi="10.1002/(sici)1097<1::aid_x>3.0.co;2-#",
    arxiv="2101.00001v2",
    identifiers=(Identifier("isbn", "9780306406157"), Identifier("issn", "1234-567X")),
    url="https://x.org/a_b?c=%20d&e=~f#g",
    abstract='It says "so" -- and more.',
    language="en",
    keywords=("one", "two words"),
)


def back(written: str) -> list[Record]:
    reading = read_literature(written.encode())
    assert not reading.quarantined, reading.quarantined
    return [kept.record for kept in reading.kept]


@pytest.mark.parametrize("format", WRITERS)
def test_an_ordinary_record_comes_back_from_the_fields_of_the_format_alone(format: str) -> None:
    written = WRITERS[format]([ORDINARY], ["key-1"])
    reading = read_literature(written.encode())
    assert (reading.format, reading.kept[0].key, reading.kept[0].record) == (format, "key-1", ORDINARY)
    assert "gonogo" not in written
    assert "custom" not in written


def test_bibtex_is_written_as_latex_reads_it() -> None:
    written = write_bibtex([ORDINARY])
    assert "title = {Étude of $x_1$ \\& 100\\% \\textbraceleft{}sets\\textbraceright{}: a\\_b, C\\# –" in written
    assert "author = {van der Berg, Erika and Doe, Jr., Jane and {World Bank and Friends}}" in written
    assert written.startswith("@article{vanderberg2021,\n")


def test_keys_are_given_once() -> None:
    items = json.loads(write_csl([ORDINARY, ORDINARY, Record("A"), Record("B")], ["a b,", "A b", "", "é"]))
    assert [item["id"] for item in items] == ["ab", "Ab-2", "record", "e"]


HARD = [
    Record("@article{k,", authors=(Name("and", "b"), Name("A, B", "C and D"), Name(literal="others"))),
    Record("TY - JOUR", abstract="ER -", keywords=("a;b", "c,d", "gonogo:{}")),
    Record("$", container="\\", publisher="}{", volume="$$", issue="%", pages="a-b-c"),
    Record("\\alpha \\foo{x} \\", type="article", authors=(Name("Doe", "J.", "x"), Name(literal="{A} and B, C"))),
    Record("jan", type="song", identifiers=(Identifier("mag", "7"), Identifier("pmid", "1"), Identifier("pmid", "2"))),
    Record("Title -- ``quoted'' 'it''s'", issued=Date(7), keywords=(",", ";", "--")),
    Record("Only $5 and $6 {or} $x^2$ now", issued=Date(1999, 12), doi="10.48550/arxiv.2101.00001", arxiv="2101.00001"),
    Record('"', arxiv="hep-th/9901001", url="https://x.org/{a}\\b%c"),
]


@pytest.mark.parametrize("format", WRITERS)
@pytest.mark.parametrize("record", HARD)
def test_what_looks_like_syntax_comes_back_as_text(format: str, record: Record) -> None:
    assert back(WRITERS[format]([record, ORDINARY], ())) == [record, ORDINARY]


_TEXT = st.one_of(
    st.text(max_size=20),
    st.text(alphabet="ab {}\\$%&#_~^\"',;-–.@=<>:()`\t\né\u0301ÃŽ¶", max_size=20),
    st.sampled_from(
        ["and", "a and b", "others", "von X", "TY  - JOUR", "@a{k,", "arXiv:2101.00001", "&lt;b&gt;", "10.1/x"]
    ),
)
_NAMES = st.lists(st.builds(Name, _TEXT, _TEXT, _TEXT, _TEXT), max_size=3)
_DATES = (
    st.none()
    | st.builds(Date, st.integers(1, 9999))
    | st.builds(Date, st.just(2001), st.integers(1, 12), st.integers(0, 31))
)


@st.composite
def records(draw: st.DrawFn) -> Record:
    try:
        return assembled(
            title="T" + draw(_TEXT),
            type=draw(st.sampled_from(sorted(TYPES))),
            authors=draw(_NAMES),
            editors=draw(_NAMES),
            issued=draw(_DATES),
            identifiers=draw(
                st.lists(st.tuples(st.sampled_from(["isbn", "issn", "pmid", "pmcid", "mag", "x"]), _TEXT), max_size=3)
            ),
            keywords=draw(st.lists(_TEXT, max_size=3)),
            doi=draw(st.just("") | _TEXT.map("10.1234/{}".format)),
            arxiv=draw(st.sampled_from(["", "2101.00001", "hep-th/9901001v1"])),
            url=draw(st.just("") | _TEXT.map("https://x.org/{}".format)),
            **{
                name: draw(_TEXT)
                for name in ("container", "publisher", "volume", "issue", "pages", "abstract", "language")
            },
        )
    except Unreadable:
        return ORDINARY


@pytest.mark.parametrize("format", WRITERS)
@given(st.lists(records(), max_size=3))
@settings(max_examples=100, deadline=None)
def test_any_records_come_back_from_any_format(format: str, given_records: list[Record]) -> None:
    if given_records:
        assert back(WRITERS[format](given_records, ())) == given_records


@given(records())
@settings(max_examples=40, deadline=None)
def test_a_record_outlives_a_journey_through_all_formats(record: Record) -> None:
    seen = [record]
    for write in (*WRITERS.values(), *reversed(WRITERS.values())):
        seen = back(write(seen, ()))
    assert seen == [record]
