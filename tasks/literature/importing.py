"""A file of records as the event that takes it in, with the two artifacts that it names."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath

from store.evidence import Artifact
from store.literature.events import Fault, RecordsImported
from tasks.literature.keeping import as_lines
from tasks.literature.reading.opening import bytes_of, read_literature
from tasks.literature.reading.outcome import shown

FIRST_FAULTS = 20
_LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class Import:
    """A file that was read."""

    event: RecordsImported
    contents: Mapping[str, bytes]
    """Name of an artifact -> its bytes: the file as it came, and what was read of it."""


def name_of(source: str) -> str:
    """The name of a file or service on one line, short, and with nothing that a terminal would obey."""
    return shown(source, _LONGEST_NAME)[1:-1]


def import_file(path: Path) -> Import:
    """Read a file; BadInput where it is not there, too large, or cannot be read from disk."""
    return import_bytes(bytes_of(path), path.name)


def import_bytes(data: bytes, source: str, query: str = "") -> Import:
    """Read the bytes of a file, whatever they are; `source` is its name, or that of the service that gave it."""
    reading = read_literature(data)
    lines = as_lines(reading)
    digest = hashlib.sha256(data).hexdigest()
    ending = "".join(c for c in PurePath(source).suffix[1:].lower() if c.isascii() and c.isalnum())[:8]
    file = Artifact(name=f"literature-{digest[:8]}.{ending or 'txt'}", digest=digest, size=len(data))
    records = Artifact(
        name=f"literature-{digest[:8]}.records.jsonl", digest=hashlib.sha256(lines).hexdigest(), size=len(lines)
    )
    event = RecordsImported(
        source=name_of(source),
        query=query,
        format=reading.format,
        encoding=reading.encoding.name,
        guessed=reading.encoding.guessed,
        file=file,
        records=records,
        kept=len(reading.kept),
        quarantined=len(reading.quarantined),
        faults=tuple(Fault(line=each.line, reason=each.reason) for each in reading.quarantined[:FIRST_FAULTS]),
    )
    return Import(event, {file.name: data, records.name: lines})
