"""Numbers the figures of views in the order in which pages print them, which is the order of their fields. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from store.figures import Figure

T = TypeVar("T")


def figures_within(views: Sequence[object]) -> tuple[Figure, ...]:
    """The figures of the views, each once, in the order of first use."""
    return tuple(dict.fromkeys(figure for view in views for figure in _walk(view)))


def numbered(value: T, ids: Mapping[Figure, str]) -> T:
    """The same value with the id of every figure in it; KeyError for a figure that has none."""
    changed: Any = value
    match value:
        case Figure():
            changed = replace(value, id=ids[value])
        case tuple():
            changed = tuple(numbered(item, ids) for item in value)
        case _ if is_dataclass(value) and not isinstance(value, type):
            changed = replace(value, **{f.name: numbered(getattr(value, f.name), ids) for f in fields(value)})
    return changed  # type: ignore[no-any-return]


def _walk(value: object) -> Iterator[Figure]:
    match value:
        case Figure():
            yield value
        case tuple():
            for item in value:
                yield from _walk(item)
        case list() | dict() | set() | frozenset():
            raise TypeError(f"a view holds a {type(value).__name__}, whose figures have no order; give it a tuple")
        case _ if is_dataclass(value):
            for field in fields(value):
                yield from _walk(getattr(value, field.name))
