"""Events of the literature: records that came in, works that they are of, and what was decided on these."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from store.base import Digest, DomainEvent, Frozen
from store.evidence import Artifact
from store.review import Source

MOST_ITEMS = 500
"""Items of one event; what is longer takes several events."""

RecordId = Annotated[str, Field(pattern=r"^[0-9a-f]{8}\.\d{1,7}$")]
"""First eight characters of a file's digest, and the place among the records kept of it, from 0."""

Stage = Literal["title", "full-text"]
"""What is read: title, abstract and keywords; or the whole paper."""

Verdict = Literal["include", "exclude", "later", "not-had", "undo"]
"""`later` leaves a work for the end; `not-had`: its full text could not be had; `undo` takes the last answer back."""

LONGEST_TITLE = 400
"""Characters of a work in short."""

RULE = "rule"
"""Who decides where a rule of the protocol does."""


class Fault(Frozen):
    """A record that was set aside."""

    line: int
    """Where it begins in its file, from 1."""
    reason: str


class RecordsImported(DomainEvent):
    """The records of a file, or of one page of a service, came in."""

    type: Literal["RecordsImported"] = "RecordsImported"
    source: str
    """Name of the file, or of the service."""
    query: str = ""
    """What the service was asked for; empty for a file."""
    format: str
    encoding: str
    guessed: bool
    """Whether the encoding was guessed."""
    file: Artifact
    """As it came."""
    records: Artifact
    """What was read of it: a line of JSON for each record, kept or set aside."""
    kept: int = Field(ge=0)
    quarantined: int = Field(ge=0)
    faults: tuple[Fault, ...] = Field(default=(), max_length=20)
    """The first of what was set aside."""


class Merged(Frozen):
    """Records that are of one work from now on. One alone was taken out of a work."""

    records: tuple[RecordId, ...] = Field(min_length=1)
    """Sorted, none twice."""
    because: tuple[str, ...] = ()
    """What joins them, each reason once."""


class RecordsMerged(DomainEvent):
    """Records were found to be of one work. Those of every work that is touched are all named."""

    type: Literal["RecordsMerged"] = "RecordsMerged"
    method: str
    """Name and version of the rules."""
    works: tuple[Merged, ...] = Field(min_length=1)


class Pair(Frozen):
    """Two records, the lesser id first."""

    a: RecordId
    b: RecordId


class Likeness(Pair):
    """Two records that may be of one work, which rules cannot tell."""

    because: str
    likeness: float = Field(ge=0, le=1)
    """Of their titles."""


class MergesAsked(DomainEvent):
    """Questions were put whether two records are of one work; others are no longer asked."""

    type: Literal["MergesAsked"] = "MergesAsked"
    method: str
    asked: tuple[Likeness, ...] = Field(default=(), max_length=MOST_ITEMS)
    withdrawn: tuple[Pair, ...] = Field(default=(), max_length=MOST_ITEMS)


class MergeAnswered(DomainEvent):
    """A human said whether two records are of one work. The newest answer on a pair counts, and beats every rule."""

    type: Literal["MergeAnswered"] = "MergeAnswered"
    a: RecordId
    b: RecordId
    same: bool
    by: str
    reason: str


class WorkSplit(DomainEvent):
    """A human took a record out of a work: it is another work than each of the others."""

    type: Literal["WorkSplit"] = "WorkSplit"
    record: RecordId
    others: tuple[RecordId, ...] = Field(min_length=1)
    by: str
    reason: str


class Screening(Frozen):
    """What was decided on the work of a record."""

    record: RecordId
    verdict: Verdict
    title: str = Field(default="", max_length=LONGEST_TITLE)
    """Of the work as it was decided on: first author, year and title."""
    criterion: str = ""
    """Key of the criterion by which it is excluded."""
    reason: str = ""
    key: bool = False
    """Whether it is a key paper."""
    settles: bool = False
    """Whether it settles a disagreement of two screeners."""


class WorksScreened(DomainEvent):
    """Works were decided on: by one human, or by the rules of the protocol."""

    type: Literal["WorksScreened"] = "WorksScreened"
    stage: Stage
    decisions: tuple[Screening, ...] = Field(min_length=1, max_length=MOST_ITEMS)
    by: str
    """Name of the human, or `rule`."""


class ScreeningStopped(DomainEvent):
    """Screening ended by a stopping rule; what nobody had read by then stays unread."""

    type: Literal["ScreeningStopped"] = "ScreeningStopped"
    stage: Stage
    method: str
    target: float = Field(gt=0, lt=1)
    """Share of the relevant works that was to be found."""
    confidence: float = Field(gt=0, lt=1)
    p: float = Field(ge=0, le=1)
    """Of the test that less than the target was found."""
    screened: int = Field(ge=0)
    left: int = Field(ge=0)
    """Works that nobody had read."""
    by: str
    reason: str = ""
    """Why it was stopped although the test did not say so; empty where it did."""


class WatchEnded(DomainEvent):
    """A service was asked for what is new."""

    type: Literal["WatchEnded"] = "WatchEnded"
    source: Source
    query: str
    since: str
    """Date from which on records were asked for; empty: from the beginning."""
    until: str
    """Date up to which everything is known after this; empty where that did not move."""
    pages: tuple[Digest, ...] = ()
    """Of the pages that came, in their order; each was imported."""
    requests: int = Field(ge=0)
    spent: float = Field(ge=0)
    """Of the budget of the service, in its own unit."""
    new: int = Field(ge=0)
    """Records that had not been known by the service's own id."""
    outcome: Literal["done", "partial", "skipped"]
    reason: str = ""


LiteratureEvent = (
    RecordsImported
    | RecordsMerged
    | MergesAsked
    | MergeAnswered
    | WorkSplit
    | WorksScreened
    | ScreeningStopped
    | WatchEnded
)
