"""The library that comes with the demo study: read whole, and each record known to be of one work."""

from __future__ import annotations

import tomllib
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path

import pytest

from tasks.literature.matching.entry import Entry
from tasks.literature.matching.matching import match
from tasks.literature.reading.opening import open_literature
from tasks.literature.reading.outcome import Kept, Reading

LIBRARY = Path(__file__).parents[4] / "templates/study/library"
FILES = {
    "google-scholar.bib": "bibtex",
    "openalex.json": "openalex",
    "scopus.ris": "ris",
    "zotero.json": "csl-json",
}
WORKS = tomllib.loads((Path(__file__).parent / "library.toml").read_text("utf-8"))
"""By hand: work -> its arXiv id and DOIs, as far as the files have them, and which record of each file is of it."""
ARXIV_DOI = "10.48550/arxiv."


@cache
def reading(file: str) -> Reading:
    return open_literature(LIBRARY / file)


def records_of(work: str) -> dict[str, Kept]:
    return {file: reading(file).kept[WORKS[work][file]] for file in FILES if file in WORKS[work]}


@pytest.mark.parametrize(("file", "format"), FILES.items())
def test_a_file_is_read_whole(file: str, format: str) -> None:
    found = reading(file)
    assert found.format == format
    assert (found.encoding.name, found.encoding.guessed) == ("utf-8", False)
    assert found.quarantined == ()
    assert [kept.notes for kept in found.kept] == [()] * found.found


def test_the_library_is_small_and_complete() -> None:
    assert sum(file.stat().st_size for file in LIBRARY.iterdir()) < 200_000
    assert {file.name for file in LIBRARY.iterdir()} == {*FILES, "README.md"}
    assert all(b"\r" not in (LIBRARY / file).read_bytes() for file in FILES)
    told = f"{sum(reading(file).found for file in FILES)} records of {len(WORKS)} works"
    assert told in (LIBRARY / "README.md").read_text("utf-8")


def test_every_record_is_of_exactly_one_work() -> None:
    assert len(WORKS) >= 60
    for file in FILES:
        counted = Counter(work[file] for work in WORKS.values() if file in work)
        assert counted == Counter(range(reading(file).found)), file
    assert all(1 <= len(records_of(work)) <= 3 for work in WORKS)
    assert sum(len(records_of(work)) > 1 for work in WORKS) >= 50


def test_no_identifier_is_that_of_two_works_and_works_have_those_that_are_noted() -> None:
    owners: dict[str, set[str]] = defaultdict(set)
    for work, noted in WORKS.items():
        records = [kept.record for kept in records_of(work).values()]
        arxiv = {record.arxiv for record in records if record.arxiv}
        dois = {record.doi for record in records if record.doi and not record.doi.startswith(ARXIV_DOI)}
        assert arxiv == ({noted["arxiv"]} if "arxiv" in noted else set()), work
        assert dois == set(noted.get("doi", ())), work
        assert all(record.doi == ARXIV_DOI + record.arxiv for record in records if record.doi.startswith(ARXIV_DOI))
        for identifier in arxiv | dois:
            owners[identifier].add(work)
    assert [works for works in owners.values() if len(works) > 1] == []


def test_records_of_one_work_agree_on_people_and_years() -> None:
    for work in WORKS.keys() - {"hallusionbench"}:  # whose first two authors changed places
        records = [kept.record for kept in records_of(work).values()]
        assert len({record.authors[0].family for record in records}) == 1, work
        years = [record.issued.year for record in records if record.issued]
        assert len(years) == len(records)
        assert max(years) - min(years) <= 1, work


def test_every_record_has_people_and_a_source_and_no_abstract() -> None:
    for work in WORKS:
        for file, kept in records_of(work).items():
            assert kept.record.authors, (work, file)
            assert kept.record.container or kept.record.arxiv, (work, file)
            assert kept.record.abstract == ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("blip", "blip-2"),
        ("flamingo", "open-flamingo"),
        ("clip", "openclip-scaling"),
        ("siglip", "siglip-2"),
        ("llava", "llava-1.5"),
        ("not-explanation", "not-not-explanation"),
        ("transformer", "rank-collapse"),
        ("crepe", "sugarcrepe"),
        ("idefics2", "idefics3"),
    ],
)
def test_works_that_look_alike_are_two(one: str, other: str) -> None:
    assert set(FILES) & WORKS[one].keys() & WORKS[other].keys(), "one file holds both"


@pytest.mark.parametrize("work", ["hallusionbench", "uniter", "two-effects", "vector-norms", "patch-diversification"])
def test_a_work_was_given_another_title(work: str) -> None:
    titles = {kept.record.title.casefold() for kept in records_of(work).values()}
    assert len(titles) == 2


def test_the_prisma_statement_has_the_doi_of_two_journals_under_one_title() -> None:
    records = [kept.record for kept in records_of("prisma-2020").values()]
    assert len({record.title.casefold() for record in records}) == 1
    assert len({record.doi for record in records if record.doi}) == 2


def test_rules_merge_no_two_works_and_leave_something_to_ask() -> None:
    owner = {f"{file}#{kept.ordinal}": work for work in WORKS for file, kept in records_of(work).items()}
    found = match([Entry(f"{file}#{kept.ordinal}", kept.record) for file in FILES for kept in reading(file).kept])
    assert all(len({owner[record] for record in work.records}) == 1 for work in found.works)
    assert len(WORKS) <= len(found.works) <= len(WORKS) + 6
    asked = {owner[question.a] for question in found.questions}
    assert {"prisma-2020", "uniter"} <= asked
    assert all(owner[question.a] == owner[question.b] for question in found.questions)
