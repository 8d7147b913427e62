"""The hash chain: any change to a stored row is seen, and named by position."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.canonical import canonical, sha256
from store.log.chain import EventRow, check_chain, link
from store.record import GENESIS


def chain(n: int) -> list[EventRow]:
    rows, head = [], GENESIS
    for position in range(1, n + 1):
        body = canonical({"n": position})
        row = EventRow("study", position, f"2026-01-01T00:00:{position:02d}.000000Z", "a", None, "CycleOpened", 1, body)
        head = link(head, row)
        rows.append(replace(row, hash=head))
    return rows


def test_an_intact_chain_checks_out() -> None:
    rows = chain(5)
    check = check_chain(rows)
    assert (check.ok, check.events, check.head) == (True, 5, rows[-1].hash)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("study", "other"),
        ("at", "2027-01-01T00:00:00.000000Z"),
        ("actor", "b"),
        ("cause", 1),
        ("type", "CycleClosed"),
        ("version", 2),
        ("body", '{"n":9}'),
        ("hash", "0" * 64),
        ("body", None),
        ("body", b'{"n":3}'),
    ],
)
def test_a_change_to_any_column_is_named_by_its_position(column: str, value: object) -> None:
    rows = chain(5)
    rows[2] = replace(rows[2], **{column: value})
    assert check_chain(rows).first_bad == 3


@given(st.integers(1, 8), st.integers(0, 6))
def test_a_deleted_row_is_missed_unless_it_is_the_last(n: int, gone: int) -> None:
    rows = chain(n + 1)
    del rows[min(gone, n - 1)]
    assert check_chain(rows).first_bad == min(gone, n - 1) + 1


def test_two_rows_that_changed_places_are_seen() -> None:
    rows = chain(4)
    rows[1], rows[2] = replace(rows[2], position=2), replace(rows[1], position=3)
    assert check_chain(rows).first_bad == 2


columns = st.one_of(
    st.text(st.characters()), st.integers(), st.none(), st.booleans(), st.floats(allow_nan=False, allow_infinity=False)
)


@given(st.tuples(columns, columns, columns, columns, columns, columns, columns, columns, columns))
def test_a_link_is_the_digest_of_canonical_json_whatever_the_columns_hold(values: tuple) -> None:
    previous, *rest = values
    assert link(previous, EventRow(*rest)) == sha256(canonical([previous, *rest]))


@given(st.text(st.characters()), st.text(st.characters()), st.integers(), st.one_of(st.none(), st.integers()))
def test_so_it_is_for_rows_that_nobody_has_been_at(text: str, body: str, number: int, cause: int | None) -> None:
    row = EventRow(text, number, text, text, cause, text, number, body)
    assert link(GENESIS, row) == sha256(canonical([GENESIS, text, number, text, text, cause, text, number, body]))


@given(
    st.dictionaries(st.text(), st.one_of(st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text()))
)
def test_canonical_text_does_not_depend_on_the_order_of_keys(value: dict[str, object]) -> None:
    assert canonical(value) == canonical(dict(reversed(list(value.items()))))


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_there_is_no_canonical_text_of_what_is_not_a_number(value: float) -> None:
    with pytest.raises(ValueError, match="JSON"):
        canonical([value])
