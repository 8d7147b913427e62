"""Asks the services of a study for what is new, and hands back what came as imports, with how each watch ended."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from store.canonical import canonical, sha256
from store.errors import BadInput
from store.kinds.literature import Watch
from store.literature.events import WatchEnded
from tasks.literature.importing import Import, import_bytes
from tasks.literature.sources.services import service_named
from tasks.literature.sources.spooling import clear
from tasks.literature.sources.watching import Progress, Watched, silent, watch

SPOOLS = ".literature"
"""Folder in the workspace in which pages lie until the log has them."""

Ask = Callable[[Watch, Path], Watched]
"""Asks one service; the folder is its spool."""


@dataclass(frozen=True, slots=True)
class News:
    """What came of one watch."""

    ended: WatchEnded
    imports: tuple[Import, ...]


def asker(until: str, requests: int, progress: Progress = silent) -> Ask:
    """Asks real services, up to a day, with at most so many requests a watch."""

    def ask(one: Watch, spool: Path) -> Watched:
        try:
            service = service_named(one.source)
        except BadInput as error:
            return Watched((), 0, 0.0, "", "skipped", str(error))
        return watch(service, one.query, one.since, until, spool, requests, progress=progress)

    return ask


def news(watches: Sequence[Watch], until: str, workspace: Path, known: frozenset[str], ask: Ask) -> Iterator[News]:
    """Every watch after the other. `known` are the services' own ids of records that are there, which are left out.

    Pages of a watch that was killed are taken from its spool; spools of other days are emptied first.
    """
    folders = {one: workspace / SPOOLS / _name(one, until) for one in watches}
    for folder in (workspace / SPOOLS).glob("*"):
        if folder not in folders.values():
            clear(folder)
    for one, spool in folders.items():
        watched = ask(one, spool)
        imports: list[Import] = []
        for page in watched.pages:
            fresh, ids = _fresh(page, known)
            known |= ids
            if fresh:
                imports.append(import_bytes(fresh, one.source, one.query))
        ended = WatchEnded(
            source=one.source,
            query=one.query,
            since=one.since,
            until=watched.until,
            pages=tuple(each.event.file.digest for each in imports),
            requests=watched.requests,
            spent=watched.spent,
            new=sum(int(each.event.kept) for each in imports),
            outcome=watched.outcome,
            reason=watched.reason,
        )
        yield News(ended, tuple(imports))


def _name(one: Watch, until: str) -> str:
    return sha256(canonical([one.source, one.query, one.since, until]))[:16]


def _fresh(page: bytes, known: frozenset[str]) -> tuple[bytes, frozenset[str]]:
    """The records of a page that are not known by id, as a list of JSON, and their ids; nothing where there is none."""
    items = [item for item in json.loads(page) if not (isinstance(item, dict) and item.get("id") in known)]
    ids = frozenset(str(item["id"]) for item in items if isinstance(item, dict) and item.get("id"))
    return (json.dumps(items, ensure_ascii=False).encode() if items else b""), ids
