"""What the registry of models says of weights, in the planner's words: of models that cannot be had, of substitutes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from store.board import Board
from store.models import ModelRef
from store.queries.protocol import study_of
from store.registry import HORIZON_DAYS, UNKNOWN, Found, Release, find
from store.registry.entry import Dtype
from store.task.state import Task

_GIB = 2**30


def was_blocked(task: Task) -> bool:
    """Whether a task could not be done at all, and was not merely sent back; it may be superseded since."""
    return task.status == "blocked" or (task.status == "superseded" and task.returns == 0)


def known_of(board: Board, ref: ModelRef) -> str:
    """What the registry says of a model that cannot be had; empty for one whose weights are nobody else's."""
    if not ref.fetched:
        return ""
    found = _found(ref)
    if not found.releases:
        return "the registry of models has no entry for it"
    return f"{_lead(found)} {_listed(board, found.releases)}"


def doubts_about(board: Board, substitute: ModelRef) -> str:
    """What the registry says against a substitute: that its weights are not to be had by all, or that it is old."""
    if not substitute.fetched:
        return ""
    found = _found(substitute)
    doubtful = [each for each in found.releases if each.access in ("gated", "not public") or _is_old(board, each)]
    if not doubtful:
        return ""
    return f"of the substitute {substitute.locator}, {_lead(found)} {_listed(board, doubtful)}"


def _found(ref: ModelRef) -> Found:
    return find(ref.family, ref.name, ref.weights, ref.id)


def _lead(found: Found) -> str:
    if found.same:
        return "the registry of models says:"
    return "the registry of models has no entry for these weights, and says of others like them:"


def _listed(board: Board, releases: Sequence[Release]) -> str:
    return "; ".join(f"{_access(each)}{_size(board, each)} ({_source(board, each)})" for each in releases)


def _access(release: Release) -> str:
    """Who may have the weights, where, and under which licence."""
    licence = "a licence that no source names" if release.licence == UNKNOWN else release.licence
    match release.access:
        case "public":
            return f"{release.name} is public at {release.where}, under {licence}"
        case "gated":
            return f"{release.name} is at {release.where} for those who accept {licence} under an account"
        case "not public":
            return f"{release.name} is not public" + (f", and runs at {release.where} alone" if release.where else "")
        case "unknown":
            return f"whether {release.name} is public is not known"


def _size(board: Board, release: Release) -> str:
    """What the weights take in the number type of the study."""
    dtype: Dtype = study_of(board).diagnostics.dtype
    taken = release.memory(dtype)
    about = "" if release.exact else "about "
    return "" if taken is None else f", {about}{taken / _GIB:.1f} GiB in {dtype} as {release.variant}"


def _source(board: Board, release: Release) -> str:
    old = f", more than {HORIZON_DAYS} days ago" if _is_old(board, release) else ""
    return f"{release.source}; looked up on {release.as_of}{old}"


def _is_old(board: Board, release: Release) -> bool:
    """By the time of the last event, so that the same log gives the same words."""
    today = board.at.date() if board.at is not None else date.min
    return release.is_older_than(HORIZON_DAYS, today)
