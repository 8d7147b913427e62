"""The files of a report that make up the paper. Pure."""

from __future__ import annotations

from store.cycle.events import ReportWritten
from store.kinds.drafting import SourceFile

PROSE, STYLE = "prose", "style"
"""Folders of the paper's sources that hold what people wrote, and so cannot be rendered again."""

_WITHIN = "/paper/"
"""What stands between the folder of a cycle's reports and the place of a source."""


def place_of(name: str) -> str | None:
    """The place of a report's file in the folder of the paper; None where it is no part of the paper."""
    found = name.partition(_WITHIN)
    return found[2] if found[1] else None


def by_people(name: str) -> bool:
    """Whether people wrote a file of a report."""
    return (place_of(name) or "").partition("/")[0] in (PROSE, STYLE)


def sources_of(report: ReportWritten) -> tuple[SourceFile, ...]:
    """What the paper of a report is set from, in the order of names."""
    found = {place: file.digest for file in report.files if (place := place_of(file.name)) is not None}
    return tuple(SourceFile(name=name, digest=found[name]) for name in sorted(found))
