"""A power is that of its effect and n, and an n is what its effect and power require."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from tasks.audit.claims.claims import Claims, distinct, only
from tasks.audit.claims.statistics import EffectSize, Power, SampleSize
from tasks.audit.finding import Finding, consistent_if, found
from tasks.audit.numbers import Span, said_span

_PLANNED = re.compile(
    r"to achieve|target|desired|planned|a[- ]priori|assum|aim|required|needed|sensitivity|minimum detectable"
    r"|to detect|conventional"
    r"|would|at least 80|recommend",
    re.I,
)
"""Says that a power was wished for, and not that it was reached."""
_ATTRITION = re.compile(r"drop-?out|attrition|loss to follow|lost|allow\w* for|account\w* for|buffer|exclu", re.I)
_LARGEST_N = 10_000_000
_ROUNDING = 1
"""Samples by which tables and software differ."""
_PER_GROUP = re.compile(r"\b(?:per|each|in each|a)\s+(?:arm|group|condition|cell)\b", re.I)
_NEEDS = re.compile(r"\b(?:at least|≥|minimum of|or more|no fewer)\b", re.I)


def check(claims: Claims) -> Iterator[Finding]:
    """Plans, where all three stand on one line; results, where they stand near one another."""
    planned: set[int] = set()
    for each, _ in distinct(claims.all_effects.all, lambda each: (id(each.line), each.value.text)):
        power = only(claims.powers.within("sentence", each.line), lambda one: one.value.value)
        size = only(claims.sizes.within("sentence", each.line), lambda one: one.n)
        if power is not None and size is not None:
            planned.add(id(each.line))
            yield from _plan(claims, each, power, size)
    results = [
        each for each in claims.powers.all if id(each.line) not in planned and not _PLANNED.search(each.line.text)
    ]
    for power, lines in distinct(results, lambda each: each.value.text):
        for line in lines:
            effect = only(claims.effects.nearest(line), lambda one: one.value.value)
            size = claims.size_at(line)
            if effect is not None and size is not None and 0 < power.value.value <= 1:
                yield from _result(claims, power, effect, size)
                break


def _alpha(claims: Claims) -> float:
    return next(iter(claims.alphas)) if len(claims.alphas) == 1 else 0.05


def _result(claims: Claims, power: Power, effect: EffectSize, size: SampleSize) -> Iterator[Finding]:
    from tasks.statistics.power import Design
    from tasks.statistics.power import power as power_of

    if not 4 <= size.n <= _LARGEST_N:
        return
    alpha, d = _alpha(claims), effect.value.span.absolute()
    readings: list[tuple[str, Design, float]] = [("one group or pairs", "paired", size.n)]
    if claims.mean_at(power.line) is None:  # of one mean there is one group
        readings += [("two groups of n", "independent", size.n), ("two groups of n/2", "independent", size.n / 2)]
    fits, says = False, []
    for name, design, n in readings:
        for sides in ("two-sided", "greater"):
            low, high = (power_of(n, x, alpha, design, sides) for x in (d.low, d.high))
            ours = Span(low, high)
            fits = fits or ours.meets(power.value.span) or (power.at_least and high >= power.value.span.low)
            if sides == "two-sided":
                says.append(f"{_said(ours)} for {name}")
    text = f"d = {effect.value.text} with n = {size.n} has a power of {', '.join(says)}; printed {power.value.text}"
    if fits or claims.effects.within("item", power.line) or claims.effects.within("number", power.line):
        yield consistent_if(fits, power.line, text, effect.line, size.line)
    else:
        text += ": only if it is of another effect"
        yield found("depends on reading", power.line, text, effect.line, size.line)


def _said(power: Span) -> str:
    return "more than 0.9999" if power.low > 0.9999 else said_span(power)


def _plan(claims: Claims, effect: EffectSize, power: Power, size: SampleSize) -> Iterator[Finding]:
    from scipy.special import ndtri

    from tasks.statistics.power import sample_size

    per_group = bool(_PER_GROUP.search(size.line.text))
    d, target, alpha = abs(effect.value.value), power.value.value, _alpha(claims)
    if not (0.01 <= d < 50 and alpha < target < 1):
        return
    needed: dict[int, str] = {}
    for design, groups in (("paired", 1), ("independent", 2))[per_group:]:
        for sides, tails in (("two-sided", 2), ("greater", 1)):
            exact = math.ceil(sample_size(d, target, alpha, design, sides) - 1e-9)  # type: ignore[arg-type]
            normal = math.ceil(groups * ((ndtri(1 - alpha / tails) + ndtri(target)) / d) ** 2)
            name = f"{sides.replace('greater', 'one-sided')}, {'pairs or one group' if groups == 1 else 'a group'}"
            for n, how in ((exact, name), (normal, f"{name}, by the normal approximation")):
                if n == normal != exact and tails == 1:
                    continue
                needed.setdefault(n, how)
                if groups == 2 and not per_group:
                    needed.setdefault(2 * n, how.replace("a group", "both groups together"))
    near = [n for n in needed if abs(n - size.n) <= _ROUNDING]
    said_needs = ", ".join(f"{n} ({how})" for n, how in sorted(needed.items()) if "normal" not in how)
    text = (
        f"d = {effect.value.text} needs, for a power of {target:g} at a level of {alpha:g}: "
        f"{said_needs}; printed n = {size.n}"
    )
    more = power.at_least or _NEEDS.search(effect.line.text) or _ATTRITION.search(effect.line.text)
    if near or (size.n >= min(needed) and more):
        yield found("consistent", size.line, text)
    elif size.n > max(needed):
        yield found("depends on reading", size.line, f"{text}: only if there are more than are needed")
    else:
        yield found("inconsistent", size.line, text)
