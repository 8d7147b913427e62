"""Literature tasks: records that came in are joined to works, screened by rule and put in order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from store.base import Digest, Frozen
from store.facts import Facts, fact, facts_by
from store.kinds.kind import Kind, Phase, Spec, Wording
from store.metrics import AMOUNT, Metric, Style, metrics_in
from store.review import Concept, ScreeningRules, Source


class Said(Frozen):
    """What a human said of two records."""

    a: str
    b: str
    same: bool


class Watch(Frozen):
    """A query to be put to a service."""

    source: Source
    query: str
    since: str = ""
    """Day from which on its records are new, as in 2026-11-30; empty: from the beginning."""


class LiteratureSpec(Spec):
    """Bring the library up to date: new files, works, rules and order."""

    kind: Literal["literature"] = "literature"
    files: tuple[str, ...] = ()
    """To be read, where their content is not known yet."""
    known: tuple[str, ...] = ()
    """Digests of the files whose records are there, oldest first."""
    records: tuple[Digest, ...] = ()
    """Digests of their records, in the same order."""
    groups: tuple[str, ...] = ()
    """Works of more than one record as they stand: ids, joined by `+`."""
    asked: tuple[str, ...] = ()
    """Questions that are open: two ids, joined by `?`."""
    answers: tuple[Said, ...] = ()
    decided: tuple[str, ...] = ()
    """Works on which people have decided: `+` for included, `-` for excluded, `?` for neither, and the work's id."""
    ruled: tuple[str, ...] = ()
    """Works that a rule excludes: the key of the rule, `:`, and the work's id."""
    rules: ScreeningRules = ScreeningRules()
    concepts: tuple[Concept, ...] = ()
    watches: tuple[Watch, ...] = ()
    until: str = ""
    """Day up to which services are asked."""
    requests: int = 0
    """At most, of one watch."""


RECORDS = Metric("literature/records", "records", AMOUNT, Style.COUNT)
"""Kept of all files and pages."""
QUARANTINED = Metric("literature/quarantined", "records", AMOUNT, Style.COUNT)
WORKS = Metric("literature/works", "works", AMOUNT, Style.COUNT)
DUPLICATES = Metric("literature/duplicates", "records", AMOUNT, Style.COUNT)
"""Records less works."""
QUESTIONS = Metric("literature/questions", "pairs", AMOUNT, Style.COUNT)
"""Whether two records are of one work, which nobody has answered."""
RULED_OUT = Metric("literature/ruled_out", "works", AMOUNT, Style.COUNT)
UNDECIDED = Metric("literature/undecided", "works", AMOUNT, Style.COUNT)
"""Neither a rule nor a human has decided on them."""

COVERED = Metric("literature/covered/{number}", "works", AMOUNT, Style.COUNT)
"""Included works on one concept of the protocol, counted from 1."""
COVERED_BOTH = Metric("literature/covered/{j}/{k}", "works", AMOUNT, Style.COUNT)
"""Included works on both of two concepts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LiteratureFacts(Facts):
    """How the library was brought up to date."""

    matched_by: str = fact("Matched by")
    ranked_by: str = fact("Ranked by")
    not_read: str = fact("Not read")
    """Files that could not be read, each with the reason."""
    covering: Mapping[str, str] = facts_by("Works on concept {number}")
    """By concept, counted from 1: the first of the included works on it, in short."""
    covering_both: Mapping[tuple[str, str], str] = facts_by("Works on concepts {j} and {k}")
    not_asked: str = fact("Not asked")
    """Services that were not asked, each with the reason."""


KIND = Kind(
    name="literature",
    spec=LiteratureSpec,
    facts=LiteratureFacts,
    metrics=metrics_in(globals()),
    shown=(RECORDS, WORKS, RULED_OUT, UNDECIDED),
    agent="librarian",
    phase=Phase.WORK,
    charged=False,  # else a small budget would leave the literature unread
    required=False,
    wording=Wording(
        without="The report tells the literature as the last cycle left it.",
    ),
    tells=frozenset({"RecordsImported", "RecordsMerged", "MergesAsked", "WorksScreened", "WatchEnded"}),
)
