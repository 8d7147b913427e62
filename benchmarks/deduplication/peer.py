"""What tools commonly do: records with one DOI, or with one title in lower-case letters, are of one work."""

from __future__ import annotations

from collections.abc import Sequence

from tasks.literature.matching.entry import Entry
from tasks.literature.matching.joining import Groups


def by_doi_or_title(entries: Sequence[Entry]) -> list[tuple[str, ...]]:
    """Works of records, each a tuple of ids."""
    groups, seen = Groups(len(entries)), dict[str, int]()
    for at, entry in enumerate(entries):
        title = "".join(c for c in entry.record.title.casefold() if c.isalnum())
        for key in (f"doi {entry.record.doi}" if entry.record.doi else "", f"title {title}"):
            if key:
                groups.join(seen.setdefault(key, at), at)
    return [
        tuple(entries[each].id for each in groups.members(at)) for at in range(len(entries)) if groups.root(at) == at
    ]
