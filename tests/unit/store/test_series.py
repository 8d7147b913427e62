"""A series behaves like a tuple, and appending leaves older versions as they were."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.series import Series


def series(items: list[int]) -> Series[int]:
    found: Series[int] = Series()
    for item in items:
        found = found.append(item)
    return found


@given(st.lists(st.integers()), st.slices(12))
def test_it_reads_as_a_tuple_does(items: list[int], part: slice) -> None:
    found, expected = series(items), tuple(items)
    assert (tuple(found), len(found), tuple(reversed(found))) == (expected, len(expected), expected[::-1])
    assert found[part] == expected[part]
    assert [found[place] for place in range(-len(items), len(items))] == [*expected, *expected]


@given(st.lists(st.integers()), st.integers())
def test_appending_gives_a_new_one_and_leaves_the_old(items: list[int], item: int) -> None:
    before = series(items)
    after = before.append(item)
    assert tuple(before) == tuple(items)
    assert tuple(after) == (*items, item)
    assert before != after


@given(st.lists(st.integers()))
def test_equal_items_make_equal_series_and_a_tuple_is_none(items: list[int]) -> None:
    assert series(items) == series(items)
    assert hash(series(items)) == hash(series(items))
    assert series(items) != tuple(items)


@pytest.mark.parametrize("place", [2, -3, 10**9])
def test_there_is_nothing_beyond_its_ends(place: int) -> None:
    with pytest.raises(IndexError):
        series([1, 2])[place]


def test_it_shows_what_it_holds() -> None:
    assert repr(series([1, 2])) == "Series([1, 2])"
