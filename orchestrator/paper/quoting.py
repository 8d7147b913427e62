"""The texts that the paper prints beside figures: names, labels, digests, times and words of the log. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import datetime

from orchestrator.paper.blocks import Formula
from orchestrator.paper.draft import Draft, lines_of
from orchestrator.reports.prose import Absent, Code, Label, Link, ModelName, Said, when
from orchestrator.reports.renderers import clean
from store.figures import Figure

_DIGIT = re.compile(r"\d")


def printed_texts(draft: Draft) -> tuple[str, ...]:
    """All of them, in the order of the page."""
    people = [line for author in draft.authors for line in lines_of(author)]
    return (draft.plan.title, draft.history.study.name, *people, *_texts(tuple(p.view for p in draft.page.parts)))


def known_texts(draft: Draft) -> tuple[str, ...]:
    """Those with digits, which are no figures, and what the table of figures prints; each once, sorted."""
    of_rows = [
        text
        for row in draft.rows
        for text in (row.rounding, str(row.position), row.run_short, row.metric, row.digest_short)
    ]
    texts = (*printed_texts(draft), draft.day, *of_rows, *draft.references.words)
    return tuple(sorted({clean(text) for text in texts if _DIGIT.search(text)}))


def _texts(value: object) -> Iterator[str]:
    match value:
        case Figure():
            yield value.printed_unit
        case Formula():
            pass
        case Code(text=text, short=short):
            yield short or text
        case Said() | Label() | Link() | ModelName():
            yield value.text
        case Absent(word=word, reason=reason):
            yield f"{word}: {reason}"
        case datetime():
            yield when(value)
        case str():
            yield value
        case tuple():
            for item in value:
                yield from _texts(item)
        case _ if is_dataclass(value):
            for field in fields(value):
                yield from _texts(getattr(value, field.name))
