"""Brings the library up to date: reads new files, joins records to works, applies rules, and looks for gaps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from store.base import DomainEvent
from store.errors import BadInput
from store.kinds.literature import (
    COVERED,
    COVERED_BOTH,
    DUPLICATES,
    QUARANTINED,
    QUESTIONS,
    RECORDS,
    RULED_OUT,
    UNDECIDED,
    WORKS,
    LiteratureFacts,
    LiteratureSpec,
)
from store.literature.batching import merged, questions, screened
from store.literature.events import RULE, RecordsImported, WatchEnded
from tasks.handler import Done, Measurement, Needs, Outcome, TaskContext, TaskHandler, measured, nothing
from tasks.literature.citing import cited
from tasks.literature.combining import combined
from tasks.literature.gaps import gap_table
from tasks.literature.importing import Import, import_file
from tasks.literature.keeping import keys_in, records_in, set_aside_in
from tasks.literature.matching.entry import Entry
from tasks.literature.news import asker, news
from tasks.literature.updating import METHOD, Known, Update, update


def track_literature(spec: LiteratureSpec, context: TaskContext) -> Outcome:
    """Read what is new, and tell what follows from all records together.

    A file that cannot be read is told and keeps nothing else from being done. Raises IntegrityFailure where records
    that were kept are missing or altered.
    """
    context.progress(0, 3, "reading")
    new, unread = _read(spec, context.workspace)
    entries, set_aside, keys = _entries(spec, context)
    asked = list(
        news(spec.watches, spec.until, context.workspace, keys, asker(spec.until, spec.requests, context.progress))
    )
    known = {*spec.known, *(each.event.file.digest for each in new)}
    new += [each for one in asked for each in one.imports if each.event.file.digest not in known]
    for each in new:
        prefix = each.event.file.digest[:8]
        records = records_in(each.contents[each.event.records.name], each.event.records.name)
        entries += [Entry(f"{prefix}.{place}", record) for place, record in enumerate(records)]
        set_aside += each.event.quarantined
    context.progress(1, 3, "matching")
    found = update(entries, Known.of(spec), spec.rules)
    covered = _covered(spec, entries, found)
    context.progress(2, 3, "writing")
    return Done(
        summary="Brought the library of the study up to date.",
        measurements=(*_measurements(spec, found, len(entries), set_aside), *_gaps(covered)),
        facts=LiteratureFacts(
            matched_by=METHOD,
            not_read="; ".join(f"{name}: {reason}" for name, reason in unread.items()),
            not_asked="; ".join(
                f"{one.ended.source}: {one.ended.reason}" for one in asked if one.ended.outcome != "done"
            ),
            covering={str(places[0]): text for places, (_, text) in covered.items() if len(places) == 1 and text},
            covering_both={
                (str(places[0]), str(places[1])): text
                for places, (_, text) in covered.items()
                if len(places) == 2 and text
            },
        ),
        files=_written(new, context.scratch),
        told=tuple(_told(spec, new, [one.ended for one in asked], found)),
    )


def _read(spec: LiteratureSpec, workspace: Path) -> tuple[list[Import], dict[str, str]]:
    """What is new in the files of the study, and why others were not read."""
    new: dict[str, Import] = {}
    unread: dict[str, str] = {}
    for name in spec.files:
        try:
            found = import_file(workspace / name)
        except BadInput as error:
            unread[name] = str(error)
            continue
        if found.event.file.digest not in spec.known:
            new[found.event.file.digest] = found
    return list(new.values()), unread


def _entries(spec: LiteratureSpec, context: TaskContext) -> tuple[list[Entry], int, frozenset[str]]:
    """The records that are there, how many were set aside, and the ids that their files give them."""
    entries: list[Entry] = []
    keys: set[str] = set()
    set_aside = 0
    for digest, records in zip(spec.known, spec.records, strict=True):
        data = context.artifact(records).read_bytes()
        entries += [
            Entry(f"{digest[:8]}.{place}", record) for place, record in enumerate(records_in(data, records[:12]))
        ]
        set_aside += sum(1 for _ in set_aside_in(data, records[:12]))
        keys.update(keys_in(data, records[:12]))
    return entries, set_aside, frozenset(keys)


def _told(spec: LiteratureSpec, new: list[Import], watched: list[WatchEnded], found: Update) -> Iterator[DomainEvent]:
    groups: Mapping[str, list[str]] = {
        record: group for text in spec.groups for group in [text.split("+")] for record in group
    }
    imports: list[RecordsImported] = [each.event for each in new]
    yield from imports
    yield from watched
    yield from merged(METHOD, found.works, lambda record: groups.get(record, [record]))
    yield from questions(METHOD, found.asked, found.withdrawn)
    yield from screened("title", found.screened, RULE)


def _measurements(spec: LiteratureSpec, found: Update, records: int, set_aside: int) -> Iterator[Measurement]:
    ruled = {record for text in spec.ruled for _, _, record in [text.partition(":")]}
    for each in found.screened:
        ruled = ruled | {each.record} if each.verdict == "exclude" else ruled - {each.record}
    decided = frozenset(text[1:] for text in spec.decided)
    excluded = [work for work in found.all_works if not ruled.isdisjoint(work) and decided.isdisjoint(work)]
    people = [work for work in found.all_works if not decided.isdisjoint(work)]
    yield measured(RECORDS, records)
    yield measured(QUARANTINED, set_aside)
    yield measured(WORKS, len(found.all_works))
    yield measured(DUPLICATES, records - len(found.all_works))
    yield measured(QUESTIONS, len(spec.asked) + len(found.asked) - len(found.withdrawn))
    yield measured(RULED_OUT, len(excluded))
    yield measured(UNDECIDED, len(found.all_works) - len(excluded) - len(people))


Covered = dict[tuple[int, ...], tuple[int, str]]
"""One concept or two, counted from 1 -> how many included works are on it, and the first of them in short."""


def _covered(spec: LiteratureSpec, entries: list[Entry], found: Update) -> Covered:
    """The gap table: included works by concept and by pair of concepts."""
    included = {text[1:] for text in spec.decided if text[0] == "+"}
    records = {entry.id: entry.record for entry in entries}
    works = {
        work[0]: combined([records[each] for each in work]) for work in found.all_works if not included.isdisjoint(work)
    }
    places = {concept.name: place for place, concept in enumerate(spec.concepts, 1)}
    table = gap_table(spec.concepts, works.items())
    return {
        tuple(places[name] for name in gap.concepts): (
            len(gap.works),
            "; ".join([*(cited(works[each]) for each in gap.works[:_FEW]), *["…"][: len(gap.works) > _FEW]]),
        )
        for gap in table
    }


_FEW = 5


def _gaps(covered: Covered) -> Iterator[Measurement]:
    for places, (count, _) in covered.items():
        if len(places) == 1:
            yield measured(COVERED, count, number=places[0])
        else:
            yield measured(COVERED_BOTH, count, j=places[0], k=places[1])


def _written(new: list[Import], scratch: Path) -> dict[str, Path]:
    """The artifacts of what was read, as files."""
    files: dict[str, Path] = {}
    for each in new:
        for name, content in each.contents.items():
            files[name] = scratch / name
            files[name].write_bytes(content)
    return files


HANDLER: TaskHandler[LiteratureSpec] = track_literature

NEEDS: Needs[LiteratureSpec] = nothing
