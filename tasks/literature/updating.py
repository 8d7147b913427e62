"""Brings a library up to date: which records are of one work, what has to be asked, and what rules exclude. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from store.kinds.literature import LiteratureSpec
from store.literature.events import Likeness, Merged, Pair, Screening
from store.review import ScreeningRules
from tasks.literature.combining import combined
from tasks.literature.matching.entry import Answer, Entry
from tasks.literature.matching.matching import METHOD, match
from tasks.literature.matching.outcome import Matching
from tasks.literature.record import Record
from tasks.literature.rules import excluded_by

__all__ = ["METHOD", "Known", "Update", "update"]

Couple = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Known:
    """What the log knows of the records."""

    groups: Sequence[tuple[str, ...]] = ()
    """Records of each work that has more than one, sorted."""
    asked: Iterable[Couple] = ()
    """Questions that are open, the lesser id first."""
    answers: Sequence[Answer] = ()
    decided: frozenset[str] = frozenset()
    """Records on whose works people have decided."""
    ruled: Mapping[str, str] = field(default_factory=dict)
    """Record of each work that a rule excludes -> key of the rule."""

    @classmethod
    def of(cls, spec: LiteratureSpec) -> Known:
        """What a spec says of it."""
        ruled = (text.partition(":") for text in spec.ruled)
        asked = (text.partition("?") for text in spec.asked)
        return cls(
            groups=[tuple(text.split("+")) for text in spec.groups],
            asked=[(a, b) for a, _, b in asked],
            answers=[Answer(each.a, each.b, each.same) for each in spec.answers],
            decided=frozenset(text[1:] for text in spec.decided),
            ruled={record: rule for rule, _, record in ruled},
        )


@dataclass(frozen=True, slots=True)
class Update:
    """What has to be told to the log."""

    works: tuple[Merged, ...]
    """Works whose records change."""
    asked: tuple[Likeness, ...]
    withdrawn: tuple[Pair, ...]
    screened: tuple[Screening, ...]
    """By rule: what is excluded now, and what is no longer."""
    all_works: tuple[tuple[str, ...], ...]
    """Every work, as its records."""


def update(entries: Sequence[Entry], known: Known, rules: ScreeningRules) -> Update:
    """What follows from all records and from what people said; nothing that is known already."""
    found = match(entries, known.answers)
    asked, withdrawn = _questions(found, frozenset(known.asked))
    return Update(
        works=_changed(found, known.groups),
        asked=asked,
        withdrawn=withdrawn,
        screened=tuple(_ruled(found, {entry.id: entry.record for entry in entries}, known, rules)),
        all_works=tuple(work.records for work in found.works),
    )


def _changed(found: Matching, groups: Iterable[tuple[str, ...]]) -> tuple[Merged, ...]:
    before = {record: group for group in groups for record in group}
    because: dict[str, list[str]] = {}
    of = {record: work.id for work in found.works for record in work.records}
    for merge in found.merges:
        because.setdefault(of[merge.a], []).append(merge.because)
    return tuple(
        Merged(records=work.records, because=tuple(sorted(set(because.get(work.id, ())))))
        for work in found.works
        if before.get(work.records[0], work.records[:1]) != work.records
    )


def _questions(found: Matching, open_now: frozenset[Couple]) -> tuple[tuple[Likeness, ...], tuple[Pair, ...]]:
    asked = {(each.a, each.b): each for each in found.questions}
    new = tuple(
        Likeness(a=each.a, b=each.b, because=each.because, likeness=round(each.likeness, 4))
        for couple, each in asked.items()
        if couple not in open_now
    )
    return new, tuple(Pair(a=a, b=b) for a, b in sorted(open_now - asked.keys()))


def _ruled(found: Matching, records: Mapping[str, Record], known: Known, rules: ScreeningRules) -> Iterable[Screening]:
    for work in found.works:
        if not known.decided.isdisjoint(work.records):
            continue
        before = next((rule for each in work.records if (rule := known.ruled.get(each))), "")
        excluded = excluded_by(rules, combined([records[each] for each in work.records]))
        if excluded is not None and excluded.criterion != before:
            yield Screening(record=work.id, verdict="exclude", criterion=excluded.criterion, reason=excluded.reason)
        elif excluded is None and before:
            yield Screening(record=work.id, verdict="undo", reason="no rule excludes it any more")
