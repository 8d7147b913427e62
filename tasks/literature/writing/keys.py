"""Keys for records in a file: each once, and of characters that every tool takes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

from tasks.literature.record import Record

_REFUSED = re.compile(r"[^A-Za-z0-9:._/+-]+")
_LONGEST = 100


def keys_for(records: Sequence[Record], wished: Sequence[str] = ()) -> Iterator[str]:
    """A key for each record, in order: what is wished, as far as it can be, or else first author and year.

    `wished` is empty or as long as `records`.
    """
    taken: set[str] = set()
    for at, record in enumerate(records):
        stem = _plain(wished[at] if wished else "") or _made(record)
        key, number = stem, 1
        while key.lower() in taken:
            number += 1
            key = f"{stem}-{number}"
        taken.add(key.lower())
        yield key


def _made(record: Record) -> str:
    first = record.authors[0] if record.authors else None
    name = _plain((first.family or first.literal.split(" ")[-1]) if first else "") or "record"
    return f"{name.lower()}{record.issued.year if record.issued else ''}"


def _plain(text: str) -> str:
    return _REFUSED.sub("", unicodedata.normalize("NFKD", text))[:_LONGEST]
