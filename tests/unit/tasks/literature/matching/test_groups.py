"""Several records: chains, shared DOIs, many copies."""

from __future__ import annotations

from tasks.literature.matching.entry import Entry
from tasks.literature.matching.matching import match
from tasks.literature.record import Record

from .conftest import made

PEOPLE = ("Radford, Alec", "Kim, Jong Wook")


def works(*records: Record) -> list[tuple[str, ...]]:
    return [work.records for work in match([Entry(str(at), each) for at, each in enumerate(records)]).works]


def test_a_head_does_not_chain_a_paper_to_its_second_part() -> None:
    head = made("White dwarf mergers on adaptive meshes", *PEOPLE)
    first = made("White dwarf mergers on adaptive meshes. I. Methodology", *PEOPLE)
    second = made("White dwarf mergers on adaptive meshes. II. Applications", *PEOPLE)
    assert all(not {"1", "2"} <= set(each) for each in works(head, first, second))


def test_a_cut_title_that_fits_two_works_is_asked() -> None:
    cut = made("Measuring the depth of scenes from video and ...", *PEOPLE)
    one = made("Measuring the depth of scenes from video and language", *PEOPLE)
    other = made("Measuring the depth of scenes from video and sonar images", *PEOPLE)
    matching = match([Entry(str(at), each) for at, each in enumerate((cut, one, other))])
    assert len(matching.works) == 3
    assert {(each.a, each.b) for each in matching.questions} >= {("0", "1"), ("0", "2")}


def test_the_doi_of_the_proceedings_neither_joins_its_papers_nor_keeps_copies_apart() -> None:
    proceedings = "10.5555/proceedings.1"
    first = made("Scaling laws of sparse mixtures of experts", "Okafor, Chidi", doi=proceedings)
    again = made("Scaling laws of sparse mixtures of experts", "Okafor, C.", doi="10.1000/mixtures")
    second = made("Estimating depth from language alone", "Tanaka, Haruto", doi=proceedings)
    assert works(first, again, second) == [("0", "1"), ("2",)]


def test_a_hundred_copies_of_one_record_are_one_work() -> None:
    copies = [made("Estimating the depth of scenes from language", *PEOPLE)] * 100
    assert len(works(*copies)) == 1


def test_merges_are_as_many_as_join_the_records_of_each_work() -> None:
    copies = [made("Estimating the depth of scenes from language", *PEOPLE, year=2020 + at % 2) for at in range(5)]
    matching = match([Entry(str(at), each) for at, each in enumerate(copies)])
    assert len(matching.merges) == 4
    assert {"same title and authors"} == {each.because for each in matching.merges}


def test_no_records_are_no_works() -> None:
    assert match([]).works == ()
