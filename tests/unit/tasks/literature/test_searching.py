"""Search: any text is a query, the best first; the index is a cache that may be lost or damaged at any time."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.literature.indexing import opened_index
from tasks.literature.record import Name, Record
from tasks.literature.searching import build, load

WORKS = {
    "a.1": Record("Attention entropy collapse", authors=(Name("Zhai", "S."),), abstract="Training is stabilised."),
    "b.1": Record("C++ for attention, state-of-the-art", abstract="A compiler of C# and C++ code."),
    "c.1": Record("视觉语言模型中的注意力塌缩", authors=(Name("王", "小明"),)),
    "d.1": Record("انهيار الانتباه في نماذج الرؤية", keywords=("attention",)),
    "e.1": Record("Gödel, Łukasz and the naïve façade"),
    "f.1": Record("The art of the state", abstract="Of entropy, once."),
}


def ids(query: str, limit: int = 50) -> list[str]:
    return [found.id for found in build(WORKS.items()).search(query, limit)]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("entropy", ["a.1", "f.1"]),
        ("ENTROPY collapse", ["a.1"]),
        ("zhai", ["a.1"]),
        ("C++", ["b.1"]),
        ("C", []),
        ("state-of-the-art", ["b.1"]),
        ('"state of the art"', ["b.1"]),
        ('"art of the state"', ["f.1"]),
        ("注意力", ["c.1"]),
        ("语言模型", ["c.1"]),
        ("الانتباه", ["d.1"]),
        ("godel lukasz naive facade", ["e.1"]),
        ("", []),
        ("  \t", []),
        ('"', []),
        ("attention AND NOT collapse", []),
        ("attention*", []),
        ("title:attention", []),
        ("nothing-has-this", []),
    ],
)
def test_words_are_found_whole_whatever_their_case_and_accents(query: str, found: list[str]) -> None:
    if query == "attention*":
        assert set(ids(query)) == {"a.1", "b.1", "d.1"}, "a sign is no operator"
    else:
        assert ids(query) == found


def test_a_title_counts_more_than_an_abstract_and_ties_go_by_id() -> None:
    assert ids("entropy")[0] == "a.1"
    same = build((name, Record("Same words")) for name in ("c", "a", "b"))
    assert [found.id for found in same.search("same")] == ["a", "b", "c"]
    assert [found.id for found in same.search("same", 2)] == ["a", "b"]


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=60))
def test_no_text_is_an_error(query: str) -> None:
    assert set(ids(query)) <= set(WORKS)


@pytest.mark.parametrize("query", ["\x00", "a\x00b", "\ud800", "👩‍🔬", "x" * 100_000, '"' * 999, "(" * 99, "\u202e"])
def test_hostile_texts_are_queries_too(query: str) -> None:
    assert ids(query) == []


@settings(deadline=None, max_examples=30)
@given(st.permutations(sorted(WORKS)))
def test_the_order_in_which_works_come_is_of_no_matter(order: list[str]) -> None:
    index = build((name, WORKS[name]) for name in order)
    assert index.search("attention") == build(WORKS.items()).search("attention")


def test_an_index_that_was_written_is_read_back_by_its_stamp_alone() -> None:
    data = build(WORKS.items()).dump("one")
    again = load(data, "one")
    assert again is not None
    assert again.search("attention") == build(WORKS.items()).search("attention")
    assert load(data, "two") is None
    for damaged in (b"", data[:-1], data[:100], data[:-9] + b"x" * 9, b"x" + data[1:], data[: len(data) // 2]):
        assert load(damaged, "one") is None


def test_a_cache_that_is_gone_damaged_or_of_other_works_changes_no_answer(tmp_path: Path) -> None:
    path, wanted, made = tmp_path / "cache", build(WORKS.items()).search("attention"), []

    def works() -> list[tuple[str, Record]]:
        made.append(1)
        return list(WORKS.items())

    def write(target: Path, data: bytes) -> None:
        target.write_bytes(data)

    for stamp, spoil in (
        ("one", lambda: None),
        ("one", lambda: path.write_bytes(b"half")),
        ("one", path.unlink),
        ("two", lambda: None),
    ):
        spoil()
        assert opened_index(path, stamp, works, write).search("attention") == wanted
    assert len(made) == 4
    assert opened_index(path, "two", works, write).search("attention") == wanted
    assert len(made) == 4, "what is whole is not made again"


def test_where_the_cache_cannot_be_written_the_search_goes_on(tmp_path: Path) -> None:
    def refuse(target: Path, data: bytes) -> None:
        raise PermissionError(13, "denied")

    index = opened_index(tmp_path / "gone" / "cache", "one", WORKS.items, refuse)
    assert index.search("zhai")[0].id == "a.1"
