"""The records that the log names, read from their artifacts when they are asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from orchestrator.artifacts import ArtifactStore
from store.literature.state import Imported, Library
from tasks.literature.combining import combined
from tasks.literature.keeping import SetAside, keys_in, own_keys_in, records_in, set_aside_in
from tasks.literature.matching.entry import Entry
from tasks.literature.record import Record


class Shelf:
    """Reads each artifact once; IntegrityFailure where one is missing, altered or holds something else."""

    def __init__(self, artifacts: ArtifactStore) -> None:
        self._artifacts = artifacts
        self._records: dict[str, tuple[Record, ...]] = {}

    def entries(self, library: Library) -> list[Entry]:
        """Every record, with its id."""
        return [
            Entry(record_id, record)
            for imported in library
            for record_id, record in zip(imported.ids, self._of(imported), strict=True)
        ]

    def record(self, library: Library, record_id: str) -> Record:
        """One record; KeyError for an id that is not known."""
        prefix, _, place = record_id.partition(".")
        return self._of(library.imports[prefix])[int(place)]

    def work(self, library: Library, records: Sequence[str]) -> Record:
        """The work of these records, as one record."""
        return combined([self.record(library, each) for each in records])

    def keys(self, library: Library) -> frozenset[str]:
        """The ids that files and services themselves give to their records."""
        return frozenset(
            key for imported in library for key in keys_in(self._bytes(imported), imported.event.records.name)
        )

    def keys_of(self, imported: Imported) -> tuple[str, ...]:
        """What a file itself calls each of its records, in their order; empty where it does not."""
        return tuple(own_keys_in(self._bytes(imported), imported.event.records.name))

    def set_aside(self, imported: Imported) -> Iterator[SetAside]:
        """What could not be read of a file."""
        return set_aside_in(self._bytes(imported), imported.event.records.name)

    def _of(self, imported: Imported) -> tuple[Record, ...]:
        if imported.prefix not in self._records:
            found = tuple(records_in(self._bytes(imported), imported.event.records.name))
            self._records[imported.prefix] = found
        return self._records[imported.prefix]

    def _bytes(self, imported: Imported) -> bytes:
        return self._artifacts.find(imported.event.records.digest).read_bytes()
