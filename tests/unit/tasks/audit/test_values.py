"""A number stands for another that it was rounded from, in whatever unit, and for no other."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tasks.audit.claims.values import Value, value, values


def read(text: str) -> Value:
    found = value(text)
    assert found is not None
    return found


@given(st.floats(-1e6, 1e6), st.integers(0, 6))
def test_a_number_in_full_is_what_its_rounding_stands_for(x: float, decimals: int) -> None:
    assert read(f"{x:.{decimals}f}").stands_for(read(f"{x:.20f}"))


@given(st.integers(-(10**6), 10**6), st.integers(-(10**6), 10**6), st.integers(0, 5))
def test_two_numbers_of_the_same_decimals_stand_for_each_other_only_when_they_are_one(
    a: int, b: int, places: int
) -> None:
    one, other = (read(f"{each / 10**places:.{places}f}") for each in (a, b))
    assert one.stands_for(other) is (a == b)


@given(st.floats(0.001, 1e6), st.integers(3, 6))
def test_what_differs_in_a_printed_digit_is_another_number(x: float, digits: int) -> None:
    text = f"{x:.{digits}f}"
    changed = text[:-1] + str((int(text[-1]) + 5) % 10)
    assume(float(changed) != float(text))
    assert not read(changed).stands_for(read(f"{x:.20f}"))


@pytest.mark.parametrize(
    ("one", "other", "stands"),
    [
        ("57 %", "0.567", True),
        ("5.7 %", "0.567", False),
        ("0.57", "56.7 %", True),
        ("36.6 ms", "0.0366", True),
        ("36.6 ms", "0.0366 s", True),
        ("36.6 ms", "36.6 s", False),
        ("36.6 ms", "36.6 MB", False),
        ("151.3 million", "151277313", True),
        ("1.02 GiB", "1094557696", True),
        ("< 0.001", "0.00012", True),
        ("< 0.001", "0.0012", False),
        ("< 0.05", "< 0.001", True),
        ("< 0.0001", "< 0.001", False),
        ("> 0.9", "0.95", True),
        ("> 0.9", "< 0.95", False),
        ("−0.6", "0.6", False),
    ],
)
def test_units_and_signs_are_minded(one: str, other: str, stands: bool) -> None:
    assert read(one.replace("−", "-")).stands_for(read(other)) is stands


def test_a_row_has_its_numbers_as_sharp_as_they_are_printed_in_it() -> None:
    found = values("fig-9 | 0.590 ms | [0.58, 0.61] | 0.000589610015595099 | s | 40 | 2942a02c1cb44f7b | layer/01/x")
    assert [each.number.text for each in found] == ["0.590", "0.58", "0.61", "0.000589610015595099", "40"]
    assert found[0].number.value == pytest.approx(0.589610015595099)
    assert not read("0.591").stands_for(found[0])
    assert not read("39.7").stands_for(found[4]), "a whole number beside fractions is a count"
    assert read("39.7").stands_for(values("40 | 12")[0]), "and may be rounded where all are whole"


@pytest.mark.parametrize("text", ["", "abc", "1.2.3", "2026-11-26", "[0.5, 0.6]", "0.5 to 0.6", "fig-9", "2942a02"])
def test_what_is_not_one_number_is_none(text: str) -> None:
    assert value(text) is None


def test_a_number_with_a_letter_is_a_number_of_that_word() -> None:
    found = value("5e")
    assert found is not None
    assert (found.number.value, found.word) == (5.0, "e")
