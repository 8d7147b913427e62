"""A work in one line, for people."""

from __future__ import annotations

from tasks.literature.record import Record


def cited(record: Record) -> str:
    """A work in a few words: first author, year and title."""
    first = record.authors[0] if record.authors else None
    name = (first.family or first.literal) if first else "no author"
    others = " et al." if len(record.authors) > 1 else ""
    year = f" ({record.issued.year})" if record.issued else ""
    return f"{name}{others}{year}: {record.title}"
