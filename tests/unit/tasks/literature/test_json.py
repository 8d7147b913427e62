"""CSL-JSON, Crossref's JSON and OpenAlex: null, missing and odd values, broken and cut lists."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tasks.literature.reading.opening import read_literature
from tasks.literature.reading.outcome import Reading
from tasks.literature.record import Date, Identifier, Name, Record


def read(value: Any) -> Reading:
    return read_literature((value if isinstance(value, str) else json.dumps(value)).encode())


def only(item: dict[str, Any]) -> Record:
    reading = read([item])
    assert not reading.quarantined
    return reading.kept[0].record


def test_an_item_of_csl_becomes_a_record_with_all_its_parts() -> None:
    item = {
        "id": "x/1", "type": "article-journal", "title": "On <i>things</i> &amp; more", "container-title": "J. Things",
        "author": [
            {"family": "Berg", "given": "Jo", "non-dropping-particle": "van der"}, {"literal": "The Group"},
            {"given": "Plato"},
        ],
        "issued": {"date-parts": [["2019", 5, "1"]]}, "volume": 3, "issue": "4", "page": "5–9", "DOI": "10.1234/X",
        "PMID": 123, "ISSN": ["1234-5678"], "URL": "https://x.org",
        "abstract": "<jats:p>One.</jats:p><jats:p>Two.</jats:p>",
        "keyword": "a, b", "language": "en", "note": "arXiv: 2101.00001 [cs]",
    }  # fmt: skip
    assert read([item]).kept[0].key == "x/1"
    assert only(item) == Record(
        title="On things & more",
        type="article-journal",
        authors=(Name("van der Berg", "Jo"), Name(literal="The Group"), Name(literal="Plato")),
        issued=Date(2019, 5, 1),
        container="J. Things",
        volume="3",
        issue="4",
        pages="5-9",
        doi="10.1234/x",
        arxiv="2101.00001",
        identifiers=(Identifier("issn", "1234-5678"), Identifier("pmid", "123")),
        url="https://x.org",
        abstract="One. Two.",
        language="en",
        keywords=("a", "b"),
    )


@pytest.mark.parametrize(
    "item",
    [
        {"title": "Of a search", "authors": ["W Guo", "D Straub"], "year": 2021, "uid": "GS:1"},
        {"title": "Of a service", "authors": [{"authorId": "1", "name": "A B"}], "year": 2020, "paperId": "ab"},
        {"title": "Of a manager", "creators": [{"lastName": "B", "creatorType": "author"}], "itemType": "book"},
    ],
)
def test_json_of_another_kind_is_set_aside_and_not_kept_without_its_authors(item: dict[str, Any]) -> None:
    for text in ([item], {"config": {}, "items": [item]}, item):
        reading = read(text)
        assert not reading.kept
        assert "JSON of another kind" in reading.quarantined[0].reason


def test_one_work_as_crossref_answers_for_its_doi_is_read() -> None:
    work = {"DOI": "10.1234/x", "title": ["On things"], "author": [{"given": "A", "family": "B"}], "type": "book"}
    reading = read({"status": "ok", "message-type": "work", "message": work})
    assert reading.kept[0].record == only(work)


def test_a_work_of_openalex_becomes_a_record_with_all_its_parts() -> None:
    work = {
        "id": "https://openalex.org/W123", "doi": "https://doi.org/10.1234/X", "title": None, "display_name": "A work",
        "publication_year": 2020, "publication_date": "2020-02-03", "language": "en", "type": "article",
        "ids": {"pmid": "https://pubmed.ncbi.nlm.nih.gov/99", "mag": 7},
        "primary_location": {
            "landing_page_url": "https://x.org", "source": {"display_name": "J", "issn": ["1234-5678"]}
        },
        "authorships": [
            {"author": {"display_name": "Erika van der Berg"}}, {"author": None, "raw_author_name": "Plato"}
        ],
        "biblio": {"volume": "1", "issue": None, "first_page": "5", "last_page": "9"},
        "abstract_inverted_index": {"two": [1, 999999999], "One": [0]}, "keywords": [{"display_name": "k"}, None],
    }  # fmt: skip
    reading = read({"meta": {"count": 1}, "results": [work]})
    assert reading.format == "openalex"
    assert reading.kept[0].record == Record(
        title="A work",
        type="article-journal",
        authors=(Name("van der Berg", "Erika"), Name(literal="Plato")),
        issued=Date(2020, 2, 3),
        container="J",
        volume="1",
        pages="5-9",
        doi="10.1234/x",
        identifiers=(
            Identifier("issn", "1234-5678"),
            Identifier("mag", "7"),
            Identifier("openalex", "W123"),
            Identifier("pmid", "99"),
        ),
        url="https://x.org",
        abstract="One two two",
        language="en",
        keywords=("k",),
    )


@pytest.mark.parametrize(
    "issued",
    [
        None,
        {"date-parts": [[None]]},
        {"date-parts": [[]]},
        {"date-parts": []},
        {"date-parts": None},
        "soon",
        [],
        0,
        {"raw": {}},
    ],
)
def test_a_date_that_is_none_costs_no_record(issued: object) -> None:
    assert only({"title": "A", "type": None, "issued": issued}) == Record(title="A")


@pytest.mark.parametrize(
    "date", [{"raw": "1988-01-02T00:00:01Z"}, "1988-01-02", {"literal": "2 Jan 1988"}, {"date-parts": [[1988, 1, 2]]}]
)
def test_dates_are_read_as_tools_write_them(date: object) -> None:
    assert only({"title": "A", "issued": date}).issued == Date(1988, 1, 2)


@pytest.mark.parametrize("value", [None, [], {}, 5, True, "text", [None], [[]], [{}], 1e400, {"a": {"b": []}}])
def test_any_value_in_any_place_costs_at_most_what_it_stands_for(value: object) -> None:
    keys = [
        "type", "author", "editor", "issued", "container-title", "volume", "page", "DOI", "ISBN", "PMID", "URL",
        "abstract", "keyword", "categories", "note", "custom", "archive", "archive_location", "number", "language",
        "id", "authorships", "ids", "biblio", "primary_location", "abstract_inverted_index", "keywords",
        "publication_date", "display_name", "doi",
    ]  # fmt: skip
    for key in keys:
        assert only({"title": "A", key: value}).title == "A"


@pytest.mark.parametrize("title", [None, "", [], {}, " \u200e\n", "\x00"])
def test_a_null_or_missing_title_is_set_aside(title: object) -> None:
    reading = read([{"title": title, "type": "book"}, {"title": "A"}, {"type": "book"}])
    assert [(each.ordinal, each.reason) for each in reading.quarantined] == [
        (0, "it has no title"),
        (2, "it has no title"),
    ]
    assert len(reading.kept) == 1


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        ('{"title": "B",}', "not JSON"),
        ('{"title": B}', "not JSON"),
        ("{'title': 'B'}", "not JSON"),
        ('{"title": "B" "type": "book"}', "not JSON"),
        ('{"title": "B", "author": [{"family": "Doe"}', "not JSON"),
        ('{"title": "B', "not JSON"),
        ('{"title": ' + "[" * 100_000 + "]" * 100_000 + "}", "nested"),
        ('{"title": ' + "9" * 5000 + "}", "too long"),
        ("null", "not a JSON object"),
        ('"text"', "not a JSON object"),
        ("[1]", "not a JSON object"),
    ],
)
@pytest.mark.parametrize("between", [",\n", ",\n  ", "\n"])
def test_one_broken_object_costs_one_record(broken: str, reason: str, between: str) -> None:
    sound = '{"title": "A", "author": [{"family": "Roe", "given": "R"}]}'
    reading = read("[" + between[1:] + between.join([sound, broken, sound]) + "]")
    assert [kept.ordinal for kept in reading.kept] == [0, 2]
    assert [each.ordinal for each in reading.quarantined] == [1]
    assert reading.quarantined[0].line == (2 if between == "\n" else 3)
    assert reason in reading.quarantined[0].reason


def test_a_list_that_is_cut_off_loses_its_last_record_alone() -> None:
    text = json.dumps({"results": [{"id": f"https://openalex.org/W{at}", "title": "A"} for at in range(5)]})
    reading = read(text[:-20])
    assert (len(reading.kept), len(reading.quarantined)) == (4, 1)


def test_one_object_a_line_and_one_alone_are_read() -> None:
    assert len(read('{"title": "A"}\n{"title": "B"}\n\n{"title": "C"}').kept) == 3
    assert len(read('{"title": "A", "items": [1]}').kept) == 1
    assert (
        len(read({"status": "ok", "message": {"total-results": 2, "items": [{"title": ["A"]}, {"title": ["B"]}]}}).kept)
        == 2
    )


def test_a_chapter_that_has_a_short_title_alone_has_a_title() -> None:
    assert only({"type": "chapter", "shortTitle": "Walking", "container-title": "Walks"}).title == "Walking"
