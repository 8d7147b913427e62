"""What scripts read of the literature, as JSON in shapes that keep."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from store.queries.literature import Flow
from tasks.literature.reading.csl import csl_of

if TYPE_CHECKING:
    from orchestrator.usecases.library import Doubt, Hit
    from orchestrator.usecases.literature import Brought
    from store.literature.state import Imported
    from tasks.literature.keeping import SetAside


def import_view(brought: Brought) -> dict[str, Any]:
    """`gonogo.literature-import/1`."""
    return {
        "schema": "gonogo.literature-import/1",
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


def duplicates_view(found: Sequence[Doubt]) -> dict[str, Any]:
    """`gonogo.duplicates/1`."""
    return {
        "schema": "gonogo.duplicates/1",
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
