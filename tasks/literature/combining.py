"""Several records of one work as one record: the fullest of the published ones, and what it lacks from the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any

from tasks.literature.record import Record

_PREPRINT = "article"
_LISTS = ("identifiers", "keywords")


def combined(records: Sequence[Record]) -> Record:
    """One record of a work, from at least one of it; the same for every order of them."""
    ordered = sorted(records, key=_rank)
    first, others = ordered[0], ordered[1:]
    changes: dict[str, Any] = {}
    for name in (each.name for each in fields(Record)):
        values = [value for record in others if (value := getattr(record, name))]
        if name in _LISTS:
            changes[name] = tuple(dict.fromkeys(each for value in (getattr(first, name), *values) for each in value))
        elif not getattr(first, name) and values:
            changes[name] = values[0]
    return replace(first, **changes)


def _rank(record: Record) -> tuple[object, ...]:
    """Published before preprint, then those of whom most is known, then by all that is told."""
    known = sum(1 for each in fields(Record) if getattr(record, each.name))
    return (record.type == _PREPRINT or not record.container, -known, -len(record.abstract), repr(record))
