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


def rendered(log: EventLog, cycle: int, as_of: int, artifacts: ArtifactStore) -> Mapping[str, bytes]:
    """The reports of a cycle, and the sources of its paper, as the log has them up to the event `as_of`.

    By their place in the folder of the cycle's reports. Raises IntegrityFailure where records of works that the paper
    cites are not kept.
    """
    from orchestrator.library.shelf import Shelf
    from orchestrator.paper.render import render_paper
    from orchestrator.reports.history import look_back
    from orchestrator.reports.plots.drawings import draw
    from orchestrator.reports.render import render_cycle

    entries = list(log.read(until=as_of))
    drawings = draw(look_back(entries, cycle))
    return {
        **render_cycle(entries, cycle, drawings),
        **render_paper(entries, cycle, Shelf(artifacts), drawings),
    }


def place(name: str, cycle: int) -> str:
    """The place of a recorded file in the folder of its cycle's reports."""
    return name.removeprefix(f"reports/cycle-{cycle:03d}/")


def recorded_bytes(digest: str, artifacts: ArtifactStore) -> bytes | None:
    """The recorded bytes of a report's file, by its digest; None where they are not kept, or were altered.

    Whoever wants them needs no rendering: another version of gonogo may render other bytes.
    """
    try:
        return artifacts.find(digest).read_bytes()
    except IntegrityFailure:
        return None
