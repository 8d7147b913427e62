"""The time per sample is stated consistently, unless the report explains the difference."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from store.registry import models_in
from tasks.audit.claims.claims import Claims
from tasks.audit.claims.quantities import Measured
from tasks.audit.finding import Finding, found
from tasks.audit.numbers import said

_MACHINE = re.compile(r"\b(?:CPU|TPU|A100|H100|V100|T4|mobile|edge|laptop|int8|quantized|ONNX|TensorRT)\b")
_FACTOR = 3.0
"""Batches, warm-up and load explain less than this."""
_FACTOR_OF_ANY = 30.0
"""The same, where it is not said that both are of one model."""


def check(claims: Claims) -> Iterator[Finding]:
    """Times for one of the same kind, in several sections, that are far apart; tables compare on purpose."""
    by_noun: dict[str, dict[float, Measured]] = {}
    for each in claims.measured.all:
        if each.time and each.per and not each.forecast and each.line.kind != "row" and each.number.value > 0:
            by_noun.setdefault(each.per, {}).setdefault(
                each.number.value * each.base.high / each.number.span.high, each
            )
    for noun, times in by_noun.items():
        if len(times) < 2 or len(times) > 6 or len({each.line.section for each in times.values()}) < 2:
            continue
        least, most = times[min(times)], times[max(times)]
        apart = max(times) / min(times)
        shared = _shared(claims, least, most)
        factor = _FACTOR if shared else _FACTOR_OF_ANY if shared is None and len(times) == 2 else math.inf
        if apart > factor and least.label != most.label:
            listed = ", ".join(f"{times[at].text} (line {times[at].line.number})" for at in sorted(times))
            text = (
                f"one {noun} takes {listed}: {said(apart, 3)} times from least to most, unless they "
                "time different things"
            )
            yield found("depends on reading", most.line, text, *(each.line for each in times.values()))


def _shared(claims: Claims, *both: Measured) -> bool | None:
    """Whether two times name a model or machine in common, by their line or heading; None where one names none."""
    subjects = []
    for each in both:
        heading = claims.heading(each.line.section)
        text = each.line.text + " " + (heading.text if heading else "")
        subjects.append({model.name for model, _ in models_in(text)} | set(_MACHINE.findall(text)))
    return bool(subjects[0] & subjects[1]) if all(subjects) else None
