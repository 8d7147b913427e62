"""Files of any bytes: told by content, decoded with what is guessed said, and nothing raw in a reason."""

from __future__ import annotations

import subprocess
import sys
import time
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.errors import BadInput
from tasks.literature.reading.opening import MOST_RECORDS, open_literature, read_literature
from tasks.literature.reading.outcome import LONGEST_REASON, Reading

HIDDEN = ("Cc", "Cf", "Cs", "Zl", "Zp")
NAMES = ["Gödel, Łukasz", "Ørsted, Žofie"]


def entry(name: str) -> str:
    return f"@article{{k,\n title = {{On {name}}},\n author = {{{name}}},\n year = 2001\n}}\n"


def assert_told_safely(reading: Reading) -> None:
    told = [each.reason for each in reading.quarantined] + [note for kept in reading.kept for note in kept.notes]
    for line in told:
        assert line
        assert len(line) <= LONGEST_REASON
        assert not [c for c in line if unicodedata.category(c) in HIDDEN], line
    assert sorted(each.ordinal for each in (*reading.kept, *reading.quarantined)) == list(range(reading.found))
    assert reading.found
    for kept in reading.kept:
        record = kept.record
        texts = [record.title, record.container, record.abstract, record.url, kept.key, *record.keywords]
        texts += [part for name in record.authors for part in (name.family, name.given, name.suffix, name.literal)]
        for text in texts:
            assert "\ufffd" not in text
            assert not [c for c in text if unicodedata.category(c) in HIDDEN and c not in "\u200c\u200d"], text
        assert record.title


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le"])
def test_encodings_of_unicode_are_told_and_names_are_whole(encoding: str) -> None:
    for name in NAMES:
        reading = read_literature(entry(name).encode(encoding))
        assert reading.kept[0].record.authors[0].family == name.split(",")[0]
        assert reading.encoding.name == encoding
        assert reading.encoding.guessed == encoding.startswith("utf-16-") or encoding.startswith("utf-32-")


@pytest.mark.parametrize(
    ("encoding", "name", "told"),
    [
        ("cp1252", "Gödel, Žofie", "cp1252"),
        ("latin-1", "Gödel, Jérôme", "cp1252"),
        ("gbk", "王小明和李大伟的文章", "gb18030"),
        ("big5", "王小明和李大偉的文章", "big5"),
        ("euc_kr", "김철수와 이영희의 논문", "euc_kr"),
        ("shift_jis", "すずきのいちろうとたなかの論文", "shift_jis"),
        ("cp1251", "Иванов, Сергей Петрович и другие авторы этой статьи", "cp1251"),
    ],
)
def test_other_encodings_are_guessed_and_the_guess_is_told(encoding: str, name: str, told: str) -> None:
    reading = read_literature(entry(name).encode(encoding) * 3)
    assert reading.kept[0].record.title == f"On {name}"
    assert (reading.encoding.name, reading.encoding.guessed) == (told, True)


def test_files_joined_from_two_encodings_are_read_line_by_line() -> None:
    reading = read_literature(entry("Gödel, Kurt").encode() + entry("Gödel, Kurt").encode("latin-1"))
    assert {kept.record.title for kept in reading.kept} == {"On Gödel, Kurt"}
    assert reading.encoding.name == "utf-8 and cp1252"
    assert reading.encoding.guessed


def test_text_that_was_read_wrongly_before_is_repaired_and_the_raw_stays() -> None:
    wrong = entry("Gödel, Kurt").encode().decode("cp1252").encode()
    kept = read_literature(wrong).kept[0]
    assert kept.record.authors[0].family == "Gödel"
    assert "GÃ¶del" in kept.raw


def test_a_character_that_is_lost_is_shown_as_lost_and_noted() -> None:
    kept = read_literature(entry("G\ufffddel, Kurt").encode()).kept[0]
    assert kept.record.authors[0].family == "G□del"
    assert kept.notes == ("a character was lost in it, shown as □",)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf \r\n\t", "empty"),
        (b"<!DOCTYPE html><html><body>@article{k, title={A}}</body></html>", "web page"),
        (b"<?xml version='1.0'?><xml><records/></xml>", "XML"),
        (b"%PDF-1.4 @article{k, title={A}}", "PDF"),
        (b"PK\x03\x04" + b"\x00" * 50, "zip"),
        (bytes(range(256)) * 20, "not text"),
        (b"\0" * 1000, "not text"),
        (b"Some words about nothing at all.", "no record"),
        (b"a,b,c\n1,2,3\n", "no record"),
        (b"PMID- 123\nTI  - A title\n", "PubMed"),
        (b"STAT- MEDLINE\nPMID- 123\nTI  - A title\n", "PubMed"),
        (b"FN Clarivate\nVR 1.0\nPT J\n", "Web of Science"),
        (b"OWN - ERIC\nTI  - A title\nAU  - Doe, Jane\n\nOWN - ERIC\nTI  - Another\n", "Zotero or EndNote"),
        (b"%0 Journal Article\n%T A\n", "EndNote"),
        (b"\n%T A title\n%0 Journal Article\n", "EndNote"),
        (b"[]", "no record"),
        (b"@comment{only}", "no record"),
        (b"\xff\xfe\x00", "no record"),
    ],
)
def test_a_file_without_records_is_one_that_is_set_aside(data: bytes, reason: str) -> None:
    reading = read_literature(data)
    assert reading.kept == ()
    assert reading.found == 1
    assert reason in reading.quarantined[0].reason
    assert_told_safely(reading)


def test_the_name_of_a_file_tells_nothing(tmp_path: Path) -> None:
    for name, data, format in (
        ("a.ris", entry("Doe, J."), "bibtex"),
        ("a.json", "TY  - JOUR\nTI  - @article{k, title={A}}\nER  - \n", "ris"),
        ("a.bib", '[{"title": "A"}]', "csl-json"),
        ("a.csv", '{"results": [{"id": "https://openalex.org/W1", "title": "A"}]}', "openalex"),
    ):
        (tmp_path / name).write_text(data)
        reading = open_literature(tmp_path / name)
        assert reading.format == format
        assert len(reading.kept) == 1


def test_what_comes_first_tells_the_format() -> None:
    reading = read_literature(b"@misc{k, title={A}, abstract={\nTY  - JOUR\n}}\n@misc{l, title={B}}")
    assert (reading.format, len(reading.kept)) == ("bibtex", 2)


@pytest.mark.slow
def test_a_file_of_more_records_than_memory_is_for_is_set_aside_as_one() -> None:
    reading = read_literature(b"TY  - \n" * (MOST_RECORDS + 1))
    assert [each.reason for each in reading.quarantined] == [
        f"the file holds more than {MOST_RECORDS} records; split it"
    ]
    assert read_literature(b"TY  - \n" * MOST_RECORDS).found == MOST_RECORDS


def test_what_is_no_file_is_refused_in_one_line(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.bib"):
        with pytest.raises(BadInput) as refused:
            open_literature(path)
        assert "\n" not in str(refused.value)


def test_line_breaks_of_every_kind_count_once() -> None:
    for broken in ("\n", "\r\n", "\r"):
        reading = read_literature(("@misc{a, title={A}}\n\n@misc{b}\n".replace("\n", broken)).encode())
        assert reading.quarantined[0].line == 3


HOSTILE = "\x1b[2J\x07\u202e\u2066\ud800\x00\x85\u2028"


def test_nothing_that_a_terminal_obeys_comes_through() -> None:
    hostile = HOSTILE.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    for text in (
        f"@article{{{hostile}, title = {{A {hostile} b}}, x{hostile} = {hostile}, author = {{{hostile}Doe, J}}}}",
        f"@article{{k, title = {hostile}x}}",
        f"@article{{k, title = {{A}} {hostile} x}}",
        f"TY  - {hostile}\nTI  - A{hostile}\nAU  - {hostile}\nER  - \n",
        f'[{{"title": "{hostile}A\\u001b[2J\\ud800"}}, {{"{hostile}": {hostile}}}]',
    ):
        assert_told_safely(read_literature(text.encode()))


PIECES = [
    b"@article{k,\n", b"title = {A},\n", b"TY  - JOUR\n", b"TI  - A\n", b"ER  - \n", b"}", b"{", b'"', b"\\", b"$",
    b"\r",     b"[", b'{"title": "A"}', b",", b"@string{a = ", b"#", b"=", b"a", b"\\'", b"\xef\xbb\xbf", b"\xff\xfe",
    b"\x1b[0m",     b"author = {{A and B, C and D}},", b'"results": [', b'"id": "https://openalex.org/W1"',
    b"(", b")", b"%", b"\xe9", b"\n",
]  # fmt: skip


@given(st.one_of(st.binary(max_size=300), st.lists(st.sampled_from(PIECES), max_size=40).map(b"".join)))
@settings(max_examples=400, deadline=None)
def test_any_bytes_are_read_or_set_aside_and_told_safely(data: bytes) -> None:
    assert_told_safely(read_literature(data))


BIBTEX, RIS, JSON = b"@a{k, title={", b"TY  - JOUR\nTI  - ", b'[{"title":"A"},'


@pytest.mark.slow
@pytest.mark.parametrize(
    ("before", "piece"),
    [
        (b"", b"@a{k,\n"), (b"", b"@a{k}\n"), (b"}", b"@a{k\\}{}"), (b"}", b"}@comment("),
        (BIBTEX, b"{"), (BIBTEX, b"{}"), (BIBTEX, b"}"), (BIBTEX, b"\\{"),
        (b'@a{k,title="', b'" '), (BIBTEX, b"\\("), (BIBTEX, b"$\\$"), (BIBTEX, b"\\'{ "), (b"@a{k,title=", b"a#"),
        (b"@a{k,title={A},author={", b"A, B and "), (b"@a{k,title={A},author={", b"a,"), (b"@a{k,", b"%\n"),
        (b"@a{", b" "), (b"@a{k,title={A}}", b"\r"), (b"", b"TY  - \n"), (RIS, b"a\n"), (RIS, b"&amp;"), (RIS, b"<i "),
        (RIS, "Ã©".encode()), (RIS, b"\xe9\xe8 a\n"), (JSON, b"["), (JSON, b'{"a":'), (JSON, b'{"a":,},\n'),
        (JSON, b'{"title": "A\n'), (JSON, b"1,"), (JSON, b'x},{"id":1'),
    ],
)  # fmt: skip
def test_time_grows_with_the_file_and_no_faster(before: bytes, piece: bytes) -> None:
    def seconds(size: int) -> float:
        began = time.process_time()
        read_literature(before + piece * (size // len(piece)))
        return time.process_time() - began

    seconds(1000)
    assert seconds(1_000_000) < 0.5 + 8 * seconds(250_000)


@pytest.mark.slow
def test_fifty_mebibytes_of_wide_characters_take_less_than_a_gibibyte() -> None:
    code = (
        "from tasks.memory import resident_peak_bytes\n"
        "from tasks.literature.reading.opening import read_literature\n"
        "block = 'TY  - JOUR\\nTI  - A title\\nAB  - ' + 'some words ' * 100 + chr(0x1F600) + '\\nER  - \\n'\n"
        "data = (block * ((50 << 20) // len(block))).encode()\n"
        "del block\n"
        "assert len(read_literature(data).kept) > 40_000\n"
        "print(resident_peak_bytes())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 1 << 30


def test_a_record_that_would_fill_the_memory_is_set_aside() -> None:
    reading = read_literature(b"@a{k, title={A}, author={" + b"a," * (5 << 20) + b"}}\n@a{k, title={B}}")
    assert [each.reason for each in reading.quarantined] == ["it is longer than 8 MiB"]
    assert len(reading.kept) == 1


def test_a_field_of_a_mebibyte_is_kept_whole() -> None:
    words = 'w{\\"o}rd ' * (1 << 17)
    record = read_literature(f"@article{{k, title = {{A}}, abstract = {{{words}}}}}".encode()).kept[0].record
    assert record.abstract == ("wörd " * (1 << 17)).strip()
