"""What the literature allows: records once, works that leave none out, and decisions that say by what. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from store.errors import BadInput, Refused
from store.literature.batching import merged, questions, screened
from store.literature.commands import AnswerMerge, ImportRecords, MatchRecords, ScreenWorks, SplitWork, StopScreening
from store.literature.events import (
    RULE,
    LiteratureEvent,
    MergeAnswered,
    Merged,
    RecordsImported,
    Screening,
    ScreeningStopped,
    Stage,
    WorkSplit,
)
from store.literature.standing import can_be_settled, has_said, opinion
from store.literature.state import Library, couple, regrouped
from store.literature.stopped import rejected
from store.review import ReviewProtocol


def take_in(command: ImportRecords, library: Library) -> Sequence[LiteratureEvent]:
    """Import what is not there yet. Refused where two files' digests begin alike, which gives records the same ids."""
    known = {each.prefix: each.event.file.digest for each in library}
    new: list[RecordsImported] = []
    for event in command.imports:
        digest = event.file.digest
        if known.setdefault(digest[:8], digest) != digest:
            raise Refused(f"{event.source}: its digest begins as that of another file; change it by a line break")
        if digest[:8] not in library.imports and all(each.file.digest != digest for each in new):
            new.append(event)
    return new


def match(command: MatchRecords, library: Library) -> Sequence[LiteratureEvent]:
    """Regroup records, and change what is asked; nothing where nothing differs.

    BadInput for records that are not known, named twice or left out.
    """
    works = [work for work in command.works if not _stands(work, library)]
    try:
        regrouped(library, works)
    except LookupError as error:
        raise BadInput(f"there is no record {error.args[0]}") from None
    except ValueError as error:
        raise BadInput(str(error)) from None
    for each in command.asked:
        _require_known(library, each.a, each.b)
        if each.a >= each.b:
            raise BadInput(f"a question is put of two records, the lesser id first, and not of {each.a} and {each.b}")
    asked = [each for each in command.asked if library.asked.get((each.a, each.b)) != each]
    withdrawn = [each for each in command.withdrawn if (each.a, each.b) in library.asked]
    return [
        *merged(command.method, works, library.records_of),
        *questions(command.method, asked, withdrawn),
    ]


def answer(command: AnswerMerge, library: Library) -> Sequence[LiteratureEvent]:
    """Record what a human says of two records; nothing where that was the newest answer."""
    _require_known(library, command.a, command.b)
    _require_person(command.by, command.reason)
    if command.a == command.b:
        raise BadInput(f"{command.a} is one record; give two")
    a, b = couple(command.a, command.b)
    before = library.answers.get((a, b))
    if before is not None and (before.same, before.by, before.reason) == (command.same, command.by, command.reason):
        return []
    return [MergeAnswered(a=a, b=b, same=command.same, by=command.by, reason=command.reason)]


def split(command: SplitWork, library: Library) -> Sequence[LiteratureEvent]:
    """Take a record out of its work, for ever."""
    _require_known(library, command.record)
    _require_person(command.by, command.reason)
    others = tuple(each for each in library.records_of(command.record) if each != command.record)
    if not others:
        raise Refused(f"{command.record} is the only record of its work")
    return [WorkSplit(record=command.record, others=others, by=command.by, reason=command.reason)]


def screen(command: ScreenWorks, library: Library, review: ReviewProtocol) -> Sequence[LiteratureEvent]:
    """Record decisions. BadInput for one that does not say what it has to, Refused for one that comes too early."""
    for each in command.decisions:
        _require_known(library, each.record)
        if command.by == RULE:
            _require_rule(each, command.stage)
            continue
        _require_person(command.by, "given")
        _require_meaning(each, command.stage, review)
        _require_ground(each, command, library, review)
        if command.stage == "full-text":
            title = opinion(library, library.records_of(each.record), "title", review.screeners).decided
            if title is None or title.screening.verdict != "include":
                raise Refused(f"{each.record} is not included by its title yet, so its full text is not asked for")
    return list(screened(command.stage, command.decisions, command.by))


def stop(command: StopScreening, review: ReviewProtocol) -> Sequence[LiteratureEvent]:
    """End screening. Refused where the test does not say that it may end, and no reason is given."""
    _require_person(command.by, "given")
    if not rejected(command.p, review.confidence) and not command.reason.strip():
        raise Refused(
            f"the test does not say that {review.recall:g} of what is relevant was found (p = {command.p:.3g}, and "
            f"{1 - review.confidence:.3g} is asked for); read on, or give a reason with --reason"
        )
    return [
        ScreeningStopped(
            stage="title",
            method=command.method,
            target=review.recall,
            confidence=review.confidence,
            p=command.p,
            screened=command.screened,
            left=command.left,
            by=command.by,
            reason=command.reason,
        )
    ]


def _require_known(library: Library, *records: str) -> None:
    for record in records:
        if not library.knows(record):
            raise BadInput(f"there is no record {record!r}; gonogo literature search finds the ids of works")


def _require_person(by: str, reason: str) -> None:
    if not by.strip():
        raise BadInput("a decision needs the name of who makes it")
    if by == RULE:
        raise BadInput(f"{RULE!r} is how the rules of the protocol sign; give a name")
    if not reason.strip():
        raise BadInput("a decision needs a reason")


def _require_meaning(each: Screening, stage: Stage, review: ReviewProtocol) -> None:
    """Raise BadInput where a decision lacks what it has to say, or says what it may not."""
    if each.verdict == "exclude":
        known = ", ".join(review.criteria) or "none"
        if not each.criterion:
            raise BadInput(f"to exclude a work takes a criterion; those of the study: {known}")
        if review.criteria and each.criterion not in review.criteria:
            raise BadInput(f"there is no criterion {each.criterion!r}; those of the study: {known}")
        if not review.criteria and not each.reason.strip():
            raise BadInput("to exclude a work takes a reason, as the study names no criteria")
    elif each.criterion:
        raise BadInput(f"a criterion is given with exclude alone, and this is {each.verdict!r}")
    if each.verdict == "not-had" and stage != "full-text":
        raise BadInput("only a full text can be one that was not had")
    if each.key and each.verdict != "include":
        raise BadInput(f"a key paper is one that is included, and this is {each.verdict!r}")


def _require_ground(each: Screening, command: ScreenWorks, library: Library, review: ReviewProtocol) -> None:
    """Raise Refused for what settles no disagreement, and for what takes nothing back."""
    work = library.records_of(each.record)
    if each.settles and not can_be_settled(library, work, command.stage, review.screeners):
        raise Refused(f"no two screeners differ on {each.record}, so there is nothing to settle; leave out --disputed")
    if each.verdict == "undo" and not has_said(library, work, command.stage, command.by):
        raise Refused(f"{command.by} has decided nothing on {each.record} that could be taken back")


def _require_rule(each: Screening, stage: Stage) -> None:
    """Raise BadInput for what rules never say: they exclude by title, each by its key, or no longer do."""
    if (
        stage != "title"
        or each.verdict not in ("exclude", "undo")
        or (each.verdict == "exclude" and not each.criterion)
    ):
        raise BadInput(f"{RULE!r} is how the rules of the protocol sign, and no rule says this; give a name")


def _stands(work: Merged, library: Library) -> bool:
    """Whether the records of a work are together already, and alone."""
    return all(library.knows(record) for record in work.records) and (
        library.records_of(work.records[0]) == work.records
    )
