"""What is called significant has a p-value below the level, and what is not has one above it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tasks.audit.claims.claims import Claims
from tasks.audit.finding import Finding, consistent_if, found

_NEGATIVE = re.compile(
    r"\b(?:not|non|no|never|in|n't|without|lacks?|fail(?:s|ed)? to (?:reach"
    r"|be))[- ]?(?:\w+ ){0,2}(?:statistically )?significan|insignifican|\bn\.s\.",
    re.I,
)
_POSITIVE = re.compile(r"\bsignifican(?:t|ce|tly)\b", re.I)
_SKIP = re.compile(
    r"marginal|trend|adjust|correct|bonferroni|holm|fdr|one-sided|threshold|level|whether|\bif\b|would|criteri", re.I
)
_STATISTICAL = re.compile(r"\btests?\b|significan|\bp-?values?\b|\bCI\b|hypothes|\bChi\b|χ|[tF]\s?\(\d", re.I)
"""Else p may be a pressure, a norm, or a number of predictors."""
_STOP = re.compile(r"[.;|](?:\s|$)|, (?:but|while|whereas|and)\b")
_USUAL = 0.05


def check(claims: Claims) -> Iterator[Finding]:
    """P against the word "significant" in its sentence, and against 0 and 1."""
    alpha = next(iter(claims.alphas)) if len(claims.alphas) == 1 else _USUAL
    for p in claims.p_values.all:
        if p.value.value > 1 or p.value.value < 0:
            if _STATISTICAL.search(p.line.text) and not p.value.whole:
                yield found("inconsistent", p.line, f"p = {p.value.text} is no probability")
            continue
        before = _STOP.split(p.line.text[: p.start])[-1]
        after = _STOP.split(p.line.text[p.end :], maxsplit=1)[0]
        if not _beside(before, after):
            continue
        sentence = f"{before} p {after}"
        if p.level or _SKIP.search(sentence) or len(claims.p_values.within("sentence", p.line)) > 3:
            continue
        says = "not" if _NEGATIVE.search(sentence) else "is" if _POSITIVE.search(sentence) else ""
        if not says:
            continue
        below = p.value.value <= alpha if p.sign == "<" else p.value.span.low <= alpha if p.sign == "=" else False
        above = p.value.value >= alpha if p.sign == ">" else p.value.span.high > alpha if p.sign == "=" else False
        word = "significant" if says == "is" else "not significant"
        text = f"p {p.sign} {p.value.text} is called {word} at a level of {alpha:g}"
        holds = below if says == "is" else above
        if p.sign == "<" and not below:
            continue  # p < 0.1 says nothing about 0.05
        yield consistent_if(holds, p.line, text)


def _beside(before: str, after: str) -> bool:
    """Whether the word stands just behind the p-value, just before it, or before the brackets that hold it."""
    if re.match(r"[^\w]{0,4}(?:\w+[ -]){0,4}(?:statistically )?(?:in|non-?)?significan", after, re.I):
        return True
    if re.search(r"significan\w*\W{0,4}(?:with|at|level|value)?\W{0,3}$", before, re.I):
        return True
    return (
        "(" in before
        and bool(re.search(r"significan", before.rpartition("(")[0][-120:], re.I))
        and ")" not in before.rpartition("(")[2]
    )
