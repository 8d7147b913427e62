"""Keeps the index of a search in a file, which may be deleted or damaged at any time: it is then made again."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from tasks.literature.record import Record
from tasks.literature.searching import Index, build, load


def opened_index(
    path: Path,
    stamp: str,
    works: Callable[[], Iterable[tuple[str, Record]]],
    write: Callable[[Path, bytes], None],
) -> Index:
    """The index in the file, if it is whole and has this stamp; else one of `works`, which then takes the file's place.

    `stamp` says what the index is of, as the digests of records. `write` replaces a file's content at once, so that
    nobody reads half of it. Where the file cannot be read or written, the search goes on without it.
    """
    try:
        index = load(path.read_bytes(), stamp)
    except OSError:
        index = None
    if index is not None:
        return index
    index = build(works())
    try:
        write(path, index.dump(stamp))
    except OSError:
        return index
    return index
