"""What is remembered is what was asked of the very same objects, and no more of it than there is room for."""

from __future__ import annotations

import pytest

from store.queries import memo
from store.queries.memo import Remembered


def test_the_very_same_objects_are_asked_of_once() -> None:
    made: list[str] = []
    remembered: Remembered[int] = Remembered()

    def ask(key: str, *asked: object) -> int:
        return remembered.of(key, asked, lambda: made.append(key) or len(made))

    one, equal = [1], [1]
    assert [ask("a", one, None), ask("a", one, None), ask("b", one, None)] == [1, 1, 2]
    assert ask("a", equal, None) == 3, "what is equal may change, and is another"
    assert ask("a", one, None) == 4, "only the last is remembered"
    assert made == ["a", "b", "a", "a"]


def test_no_more_is_remembered_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memo, "MOST", 3)
    remembered: Remembered[str] = Remembered()
    for key in "abcdefg":
        assert remembered.of(key, (), lambda key=key: key) == key  # type: ignore[misc]
        assert len(remembered._found) <= 3
