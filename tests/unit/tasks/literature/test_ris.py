"""RIS as databases write it: stray lines, missing ends, empty and repeated tags, lines that look like tags."""

from __future__ import annotations

import pytest

from tasks.literature.reading.opening import read_literature
from tasks.literature.reading.outcome import Reading
from tasks.literature.record import Date, Identifier, Name, Record

SOUND = "TY  - JOUR\nTI  - A title %d\nPY  - 2001\nER  - \n"


def read(text: str) -> Reading:
    return read_literature(text.encode())


def only(text: str) -> Record:
    reading = read(text)
    assert not reading.quarantined
    assert len(reading.kept) == 1
    return reading.kept[0].record


def test_a_block_becomes_a_record_with_all_its_parts() -> None:
    assert only(
        "TY  - JOUR\nID  - 7\nT1  - Looking away\nA1  - Doe, Jane, Jr.\nAU  - M. Roe\nAU  - Doe, Jane, Jr.\n"
        "A1  - The Consortium\nED  - Poe, P.\nJO  - J. Things\nJF  - Journal of Things\nPY  - 2001\nDA  - 2001/05/06/\n"
        "VL  - 3\nIS  - 4\nSP  - 5\nEP  - 9\nPB  - House\nDO  - doi:10.1234/AB.\nSN  - 1234-5678 8765-432X\n"
        "UR  - https://x.org/a\nLA  - en\nKW  - one\nKW  - two; three\nN2  - Words\nthat go\n  on.\nER  - "
    ) == Record(
        title="Looking away",
        type="article-journal",
        authors=(Name("Doe", "Jane", "Jr."), Name("Roe", "M."), Name(literal="The Consortium")),
        editors=(Name("Poe", "P."),),
        issued=Date(2001, 5, 6),
        container="Journal of Things",
        publisher="House",
        volume="3",
        issue="4",
        pages="5-9",
        doi="10.1234/ab",
        identifiers=(Identifier("issn", "1234-5678"), Identifier("issn", "8765-432X")),
        url="https://x.org/a",
        abstract="Words that go on.",
        language="en",
        keywords=("one", "two", "three"),
    )


def test_records_that_lack_their_beginning_and_their_end_stay_apart() -> None:
    text = "TI  - A title {0}\nAU  - Doe, {0}\nPY  - 200{0}\n\nAB  - Words.\n"
    reading = read("\n".join(text.format(number) for number in (1, 2, 3)))
    assert [(each.record.title, each.record.authors) for each in reading.kept] == [
        (f"A title {number}", (Name("Doe", str(number)),)) for number in (1, 2, 3)
    ]
    assert [each.line for each in reading.kept] == [1, 7, 13]


@pytest.mark.parametrize(
    "text",
    [
        SOUND % 1 + SOUND % 2,
        "Record #1 of 2\nProvider: X\n"
        + SOUND % 1
        + "\nLink to the text: http://x.org\nN1  - stray\n\n2. \n"
        + SOUND % 2,
        SOUND % 1 + "TY  - JOUR\nTI  - A title 2\nPY  - 2001",
        (SOUND % 1).replace("ER  - \n", "\n2.\n") + SOUND % 2,
        (SOUND % 1).replace("ER  - \n", "Record #2 of 2\nProvider: X\n") + SOUND % 2,
        (SOUND % 1 + SOUND % 2).replace("  - ", " - "),
        (SOUND % 1 + SOUND % 2).replace("  - ", "  -  "),
        "\ufeff" + SOUND % 1 + (SOUND % 2).replace("TY  - JOUR\n", ""),
        (SOUND % 1 + SOUND % 2).replace("\n", "\r\n"),
        (SOUND % 1 + SOUND % 2).replace("\n", "\r"),
        SOUND % 1 + "ER  - \n\nER  -\n" + SOUND % 2,
        (SOUND % 1).replace("PY", "PD  - \nTI  - \nPY") + SOUND % 2,
    ],
)
def test_two_records_are_two_whatever_stands_between_them(text: str) -> None:
    reading = read(text)
    assert [kept.record.title for kept in reading.kept] == ["A title 1", "A title 2"]
    assert {kept.record.issued for kept in reading.kept} == {Date(2001)}
    assert not reading.quarantined


def test_the_number_of_the_next_record_is_no_part_of_a_field() -> None:
    reading = read(
        "TY  - JOUR\nTI  - A\nAB  - One\n2.\nTY  - JOUR\nTI  - B\nAB  - Two\n\nRecord #3 of 3\nProvider: X\n"
    )
    assert [kept.record.abstract for kept in reading.kept] == ["One", "Two"]


def test_a_record_without_its_first_or_last_line_is_kept_and_noted() -> None:
    reading = read("TI  - One\nER  - \nTY  - JOUR\nTI  - Two\n")
    assert [(kept.line, kept.notes) for kept in reading.kept] == [(1, ("it has no TY",)), (3, ("it has no ER",))]


def test_a_line_of_text_that_begins_like_an_end_is_none() -> None:
    record = only(
        "TY  - JOUR\nTI  - A title\nAB  - One\nER positive\nER - positive\nER  - positive\nAB - x\nLA  - en\nER  - \n"
    )
    assert record.abstract == "One ER positive ER - positive ER - positive AB - x"
    assert record.language == "en"


def test_a_record_without_title_is_set_aside_and_the_next_is_read() -> None:
    reading = read(SOUND % 1 + "\nTY  - JOUR\nAU  - Doe, J.\nTI  - \nER  - \n" + SOUND % 2 + "TY  - \nER  - \n")
    assert [(each.ordinal, each.line, each.reason) for each in reading.quarantined] == [
        (1, 6, "it has no title"),
        (3, 14, "it has no field"),
    ]
    assert [kept.ordinal for kept in reading.kept] == [0, 2]


def test_two_serial_numbers_in_a_row_are_not_taken_for_a_book() -> None:
    assert {each.scheme for each in only(SOUND[:-7] % 1 + "SN  - 1860-2002 1536-1632\nER  - \n").identifiers} == {
        "issn"
    }


def test_several_names_in_one_field_are_several_people() -> None:
    record = only("TY  - JOUR\nTI  - A title\nAU  - Duke RB, van der Berg MH\nAU  - Doe, J.\nER  - ")
    assert record.authors == (Name("Duke", "RB"), Name("van der Berg", "MH"), Name("Doe", "J."))
