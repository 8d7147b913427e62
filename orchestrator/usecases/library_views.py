"""What scripts read of the literature, as JSON in shapes that keep."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from store.queries.literature import Flow
from tasks.literature.reading.csl import csl_of

if TYPE_CHECKING:
    from orchestrator.usecases.library import Doubt, Held, Hit
    from orchestrator.usecases.literature import Brought, Taken
    from store.literature.state import Imported
    from store.queries.literature import Records
    from tasks.literature.keeping import SetAside
    from tasks.literature.record import Record


def import_view(brought: Brought) -> dict[str, Any]:
    """`gonogo.literature-import/1`."""
    return {
        "schema": "gonogo.literature-import/1",
        "read": len(_read(brought)),
        "imported": sum(int(each.event.kept) for each in _read(brought) if each.event and not each.known),
        "duplicates": brought.flow.duplicates,
        "quarantined": [
            {"file": each.name, "line": aside.line, "reason": aside.reason}
            for each in brought.files
            for aside in each.set_aside
        ],
        "files": [
            {
                "name": each.name,
                "sha256": each.event.file.digest if each.event else None,
                "format": each.event.format if each.event else None,
                "encoding": each.event.encoding if each.event else None,
                "encoding_guessed": each.event.guessed if each.event else None,
                "kept": each.event.kept if each.event else 0,
                "quarantined": each.event.quarantined if each.event else 0,
                "already_known": each.known,
                "error": each.reason or None,
            }
            for each in brought.files
        ],
        "flow": _boxes(brought.flow),
    }


def _read(brought: Brought) -> list[Taken]:
    return [each for each in brought.files if each.event is not None]


def records_view(found: Sequence[Held]) -> dict[str, Any]:
    """`gonogo.literature-records/1`."""
    return {
        "schema": "gonogo.literature-records/1",
        "records": [
            {
                "id": each.id,
                "file": each.source,
                "key": each.key or None,
                "title": each.record.title,
                "year": each.record.issued.year if each.record.issued else None,
                "first_author": _first_author(each.record),
                "doi": each.record.doi or None,
            }
            for each in found
        ],
    }


def _first_author(record: Record) -> str | None:
    first = record.authors[0] if record.authors else None
    return (first.family or first.literal or None) if first is not None else None


def prisma_view(found: Flow) -> dict[str, Any]:
    """`gonogo.prisma/1`: the boxes that a table of PRISMA has; `flow` are all of them."""
    reasons = [*found.ruled_out.items(), *found.excluded.items(), *found.excluded_full_text.items()]
    return {
        "schema": "gonogo.prisma/1",
        "identified": found.records,
        "duplicates_removed": found.duplicates,
        "screened": found.screened,
        "excluded": [{"reason": reason, "n": n} for reason, n in reasons],
        "included": found.included,
        "flow": _boxes(found),
    }


def quarantine_view(found: Sequence[tuple[Imported, SetAside]]) -> dict[str, Any]:
    """`gonogo.quarantine/1`."""
    return {
        "schema": "gonogo.quarantine/1",
        "records": [
            {"file": imported.event.source, "line": each.line, "reason": each.reason} for imported, each in found
        ],
    }


def search_view(query: str, hits: Sequence[Hit]) -> dict[str, Any]:
    """`gonogo.literature-search/1`."""
    return {
        "schema": "gonogo.literature-search/1",
        "query": query,
        "works": [
            {
                "id": hit.records[0],
                "records": list(hit.records),
                "score": hit.score,
                "standing": hit.standing,
                "work": csl_of(hit.record),
            }
            for hit in hits
        ],
    }


def duplicates_view(found: Sequence[Doubt], joined: Sequence[Records]) -> dict[str, Any]:
    """`gonogo.duplicates/1`."""
    return {
        "schema": "gonogo.duplicates/1",
        "clusters": [list(records) for records in joined],
        "review": [[each.question.a, each.question.b] for each in found],
        "questions": [
            {
                "a": {"id": each.question.a, "record": csl_of(each.a)},
                "b": {"id": each.question.b, "record": csl_of(each.b)},
                "because": each.question.because,
                "likeness": each.question.likeness,
                "speaks_for": list(each.speaks_for),
                "speaks_against": list(each.speaks_against),
            }
            for each in found
        ],
    }


def flow_view(found: Flow) -> dict[str, Any]:
    """`gonogo.literature/1`."""
    return {"schema": "gonogo.literature/1", **_boxes(found)}


def _boxes(found: Flow) -> dict[str, Any]:
    return {
        "identified": dict(found.identified),
        "records": found.records,
        "quarantined": found.quarantined,
        "duplicates": found.duplicates,
        "works": found.works,
        "ruled_out": dict(found.ruled_out),
        "left_unread": found.left_unread,
        "waiting": found.waiting,
        "disputed": found.disputed,
        "disputed_full_text": found.disputed_full_text,
        "screened": found.screened,
        "excluded": dict(found.excluded),
        "sought": found.sought,
        "not_had": found.not_had,
        "awaiting_full_text": found.awaiting,
        "assessed": found.assessed,
        "excluded_full_text": dict(found.excluded_full_text),
        "included": found.included,
        "key": found.key,
        "questions": found.questions,
    }
