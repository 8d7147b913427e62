"""What the finished pages are held against, as `paper.json` has it under `paper`. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from orchestrator.paper.blocks import Drawing, Table, blocks_of
from orchestrator.paper.claims import forbidden
from orchestrator.paper.draft import Draft, lines_of
from orchestrator.paper.quoting import known_texts, printed_texts
from orchestrator.paper.voices.escaping import replacements
from orchestrator.reports.page import Part


def record_of(draft: Draft, used: list[str]) -> Mapping[str, Any]:
    """Figures with how often they are printed, what else may be, and what the protocol asks of the paper."""
    plan, assessment = draft.plan, draft.history.cycle.assessment
    verdict = assessment.verdict if assessment is not None else None
    return {
        "figures": {row.key: row.text for row in draft.rows},
        "uses": dict(sorted(Counter(used).items())),
        "known": list(known_texts(draft)),
        "citations": list(draft.references.cited(draft.page)),
        "standings": dict(draft.references.standings),
        "verdict": verdict,
        "forbidden": list(forbidden(verdict)),
        "anonymous": plan.anonymous,
        "names": [text for author in plan.authors for text in lines_of(author)],
        "page_limit": plan.page_limit,
        "counted": plan.counted,
        "deadline": plan.deadline.isoformat() if plan.deadline is not None else None,
        "as_of": draft.day,
        "replaced": [
            f"{each.character} is printed as {each.printed}" for each in replacements(" ".join(printed_texts(draft)))
        ],
        "labels": {label: kind for part in draft.page.parts for label, kind in _labels(part)},
    }


def _labels(part: Part) -> list[tuple[str, str]]:
    return [
        (each.label, type(each).__name__.lower()) for each in blocks_of(part.view) if isinstance(each, Table | Drawing)
    ]
