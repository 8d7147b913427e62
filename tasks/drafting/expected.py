"""What the pages of a paper are held against: the record, as `paper.json` gives it with the sources."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Self

from store.errors import BadInput

RECORD = "paper.json"
"""The source that holds it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """The record's side of a paper."""

    figures: Mapping[str, str]
    """Key -> digits that are printed."""
    uses: Mapping[str, int]
    """Key -> how often the text prints it."""
    known: tuple[str, ...]
    """Texts with digits that are no figures: names, labels, digests, times, words of the log."""
    citations: tuple[str, ...]
    standings: Mapping[str, str]
    """Key of a work that may not be cited -> why: excluded, or not screened, with the position of the decision."""
    verdict: str | None
    forbidden: tuple[str, ...]
    """Sentences that only another verdict allows."""
    anonymous: bool
    names: tuple[str, ...]
    """Of authors and their institutions."""
    page_limit: int | None
    counted: str
    deadline: date | None
    as_of: date
    labels: Mapping[str, str]
    """Label of a float -> table or drawing."""
    epoch: int
    """The time of the paper, in seconds since 1970."""
    replaced: tuple[str, ...]
    """Characters that the fonts lack, each with what is printed instead."""

    @classmethod
    def read(cls, content: bytes) -> Self:
        """From the bytes of `paper.json`; BadInput where they are none."""
        try:
            whole: Mapping[str, Any] = json.loads(content)
            paper = whole["paper"]
            deadline, limit = paper["deadline"], paper["page_limit"]
            return cls(
                figures=_mapping(paper, "figures", str),
                uses=_mapping(paper, "uses", int),
                known=_texts(paper, "known"),
                citations=_texts(paper, "citations"),
                standings=_mapping(paper, "standings", str),
                verdict=_is(paper["verdict"], str, type(None)),
                forbidden=_texts(paper, "forbidden"),
                anonymous=_is(paper["anonymous"], bool),
                names=_texts(paper, "names"),
                page_limit=_is(limit, int, type(None)),
                counted=_is(paper["counted"], str),
                deadline=date.fromisoformat(deadline) if deadline else None,
                as_of=date.fromisoformat(paper["as_of"]),
                labels=_mapping(paper, "labels", str),
                epoch=int(datetime.fromisoformat(whole["as_of_at"]).timestamp()),
                replaced=_texts(paper, "replaced"),
            )
        except (ValueError, LookupError, TypeError, RecursionError, OverflowError) as error:
            raise BadInput(f"{RECORD} cannot be read as the record of a paper ({type(error).__name__})") from None


def _is(value: Any, *kinds: type) -> Any:
    if type(value) not in kinds:
        raise TypeError
    return value


def _texts(paper: Mapping[str, Any], name: str) -> tuple[str, ...]:
    return tuple(_is(each, str) for each in _is(paper[name], list))


def _mapping(paper: Mapping[str, Any], name: str, kind: type) -> Mapping[str, Any]:
    return {key: _is(value, kind) for key, value in _is(paper[name], dict).items()}
