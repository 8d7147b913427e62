"""Pages that came of a watch, each kept on disk before the next is asked for, so that a killed watch goes on."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

_WINDOW, _ASKED, _LOCK, _PAGE = "window.json", "asked", "lock", ".page"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a spool is for."""

    source: str
    query: str
    since: str
    until: str


@dataclass(frozen=True, slots=True)
class Spooled:
    """A page as it is kept."""

    records: bytes
    """For the reader of literature; empty where the page brought nothing that earlier ones had not."""
    ids: tuple[str, ...]
    """Of its records, by which they are known again."""
    next: str | None
    total: int
    spent: float


@contextmanager
def held(folder: Path) -> Iterator[bool]:
    """Whether the spool is this process's alone for as long as this lasts."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / _LOCK).open("ab") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
            return
        yield True


def begun(folder: Path, asked: Asked) -> Asked:
    """What the spool is for. One that began earlier keeps its `until`; one of something else is emptied."""
    try:
        found = Asked(**json.loads((folder / _WINDOW).read_bytes()))
    except (OSError, ValueError, TypeError):
        found = None
    if found is not None and (found.source, found.query, found.since) == (asked.source, asked.query, asked.since):
        return found
    emptied(folder)
    _write(folder / _WINDOW, json.dumps(asdict(asked)).encode())
    return asked


def pages_in(folder: Path) -> list[Spooled]:
    """The pages that were kept, in order."""
    pages: list[Spooled] = []
    while (page := _read(folder / f"{len(pages):06d}{_PAGE}")) is not None:
        pages.append(page)
    return pages


def keep(folder: Path, place: int, page: Spooled) -> None:
    """Keep a page, so that it is there whole or not at all, also when power fails."""
    head = {"ids": page.ids, "next": page.next, "total": page.total, "spent": page.spent}
    _write(folder / f"{place:06d}{_PAGE}", json.dumps(head).encode() + b"\n" + page.records)


def count_request(folder: Path) -> None:
    """Write down that a request is about to be made, so that no kill makes room for one more."""
    with (folder / _ASKED).open("ab") as file:
        file.write(b".")
        file.flush()
        os.fsync(file.fileno())


def requests_in(folder: Path) -> int:
    """How many requests were made, or were about to be."""
    try:
        return (folder / _ASKED).stat().st_size
    except FileNotFoundError:
        return 0


def clear(folder: Path) -> None:
    """Empty a spool whose pages are kept elsewhere. One that another process works on stays as it is."""
    if not folder.is_dir():
        return
    with held(folder) as mine:
        if mine:
            emptied(folder)


def emptied(folder: Path) -> None:
    """Remove all but the lock; what the spool is for goes first, so that no rest is taken for the whole."""
    for path in (folder / _WINDOW, *sorted(folder.iterdir(), reverse=True)):
        if path.name != _LOCK:
            with suppress(FileNotFoundError):
                path.unlink()


def _read(path: Path) -> Spooled | None:
    try:
        head, _, records = path.read_bytes().partition(b"\n")
        told = json.loads(head)
        return Spooled(records, tuple(told["ids"]), told["next"], told["total"], told["spent"])
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _write(path: Path, data: bytes) -> None:
    partial = path.with_name(f"{path.name}.partial")
    with partial.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
