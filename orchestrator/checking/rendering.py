"""Reports from the log: rendered by this version of gonogo, or as they were recorded, where their bytes are kept."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version

from orchestrator.artifacts import ArtifactStore
from store.errors import IntegrityFailure
from store.log.protocol import EventLog


def renderer() -> str:
    """The version of gonogo that renders reports here."""
    return version("gonogo")


def rendered(log: EventLog, cycle: int, as_of: int) -> Mapping[str, bytes]:
    """The reports of a cycle by file name, as the log has them up to the event `as_of`."""
    from orchestrator.reports.render import render_cycle

    return render_cycle(list(log.read(until=as_of)), cycle)


def recorded_bytes(digest: str, artifacts: ArtifactStore) -> bytes | None:
    """The recorded bytes of a report's file, by its digest; None where they are not kept, or were altered.

    Whoever wants them needs no rendering: another version of gonogo may render other bytes.
    """
    try:
        return artifacts.find(digest).read_bytes()
    except IntegrityFailure:
        return None
