"""A quantity lies within its bounds: shares, correlations, powers, standard deviations, ranges that are declared."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from tasks.audit.claims.claim import alike, label_before, words
from tasks.audit.claims.claims import Claims
from tasks.audit.claims.quantities import Ratio
from tasks.audit.finding import Finding, consistent_if, found
from tasks.audit.numbers import NUM, Printed, printed, said
from tasks.audit.reading.report import Line
from tasks.audit.units import dimension

_SHARE = re.compile(
    r"\b(?:accuracy|precision|recall|coverage|share|proportion|fraction|completeness|overlap|agreement"
    r"|sensitivity|specificity|completion|completed)\b",
    re.I,
)
_UNIT_SHARE = re.compile(
    r"\b(?P<name>probability|proportion|fraction|AUC|AUROC|IoU|Dice|R²|R2|kappa|correlation|Pearson'?s? r"
    r"|Spearman'?s? (?:rho|ρ)|ρ|rho)\b\s*"
    rf"(?:[=:≈]|of|is|was)\s*(?P<value>{NUM})(?![\d.]|\s?%|\s?(?:of|/|to|in)\b|/)",
    re.I,
)
_UNIT_SHARE_WORDS = ("probability", "proportion", "fraction", "auc", "auroc", "iou", "dice", "r²", "r2", "kappa",
    "correlation", "pearson", "spearman", "ρ", "rho")  # fmt: skip
_RELATIVE = re.compile(r"\s*\)?\s*(?:of|relative|above|over|more|compared|vs)\b", re.I)
_OF_MEMORY = re.compile(r"\b(?:memory|ram|vram|gpu|disk|storage|used|utili[sz]|peak)", re.I)
_RELATIVE_MEMORY = re.compile(
    r"compress|swap|overcommit|vs|compared|before|after|from|unified|needs|would|OOM|out of memory", re.I
)
_PHYSICAL = re.compile(r"^(?:ρ|rho|kappa)$", re.I)
"""Also the names of densities and conductivities."""
_RATERS = re.compile(r"agree|rater|reliab|spearman|rank|annotat|cohen|fleiss|correl", re.I)
_SIGNED = re.compile(r"correlation|pearson|spearman|rho|ρ|kappa", re.I)
_RANGE = re.compile(
    r"(?:\brange[sd]?|\bbounded|\blies?|\bscale|\bin)\b\s*(?:is|of|from|between|by|within|in"
    rf"|[:=])*\s*[\[(]?\s*(?P<low>{NUM})\s*(?:,|–|\bto\b|\band\b|;)\s*(?P<high>{NUM})\s*[\])]?",
    re.I,
)
_COUNTED = re.compile(
    r"\s*\)?\s*(?:\w+\s+){0,2}(?:completed?|done|passed|failed|met|tasks|tests|models|finished)\b", re.I
)
_DENIED = re.compile(r"\b(?:cannot|can't|could not|impossible|invalid|no more than|too many)\b", re.I)
_MOST_RANGES = 50
"""Each is looked for in the whole report, so that their number has to have an end."""
_IS_RANGE = re.compile(r"\b(?:range|bounded|scale)", re.I)
_HAS = r"\s*(?:=|≈|:|\bis\b|\bwas\b|\bof\b)\s*(?P<value>{num})(?![\d%]|\s?%)"


def check(claims: Claims) -> Iterator[Finding]:
    """Shares in percent, coefficients, powers; means, values and spreads within declared ranges."""
    for share in claims.percents.all:
        if _SHARE.search(share.label) and not re.search(r"increase|change|growth|more|relative|cpu", share.label, re.I):
            beyond = share.number.span.low > 100 or share.number.span.high < 0
            if beyond and not _RELATIVE.match(share.line.text, share.end):
                yield found("inconsistent", share.line, f"{share.label}: {share.number.text} % is no share of a whole")
    for power in claims.powers.all:
        if power.value.span.low > 1 or power.value.value < 0:
            yield found("inconsistent", power.line, f"a power of {power.value.text} is no probability")
    for line in claims.numeric(*_UNIT_SHARE_WORDS):
        for each in _UNIT_SHARE.finditer(line.text):
            number, least = (
                printed(each["value"]),
                -1.0 if _SIGNED.search(each["name"]) else -math.inf if "R" in each["name"] else 0.0,
            )
            if _PHYSICAL.match(each["name"]) and not _RATERS.search(line.text):
                continue
            if re.match(r"\s[A-Za-z]", line.text[each.end() : each.end() + 2]) and " of " in each[0]:
                continue  # "the fraction of 3 samples"
            if (number.span.low > 1 and number.value < 10) or number.span.high < least:
                yield found(
                    "inconsistent", line, f"{each['name']} of {each['value']} lies outside [{max(least, -1):g}, 1]"
                )
    yield from _declared(claims)
    for ratio in claims.ratios.all:
        if ratio.part.value > ratio.whole.value and ratio.unit == "" and _counts_done(ratio.line.text, ratio):
            yield found("inconsistent", ratio.line, f"{ratio.text} is more than all")
        beyond = dimension(ratio.unit) == "memory" and ratio.share.low > 1
        if beyond and _OF_MEMORY.search(ratio.line.text) and not _RELATIVE_MEMORY.search(ratio.line.text):
            yield found("inconsistent", ratio.line, f"{ratio.text} is more than there is")


def _counts_done(text: str, ratio: Ratio) -> bool:
    """Whether "5/7" is said of things that are done, and not denied, as in "5 of 4 models cannot be tested"."""
    counted = _COUNTED.match(text[ratio.end : ratio.end + 40])
    return counted is not None and not _DENIED.search(text[max(0, ratio.start - 80) : ratio.end + 80])


def _declared(claims: Claims) -> Iterator[Finding]:
    seen: set[tuple[str, float, float]] = set()
    for line in claims.numeric("range", "bounded", "scale"):
        for each in _RANGE.finditer(line.text):
            low, high = printed(each["low"]), printed(each["high"])
            if low.value >= high.value or not _IS_RANGE.search(each[0]):
                continue
            label = label_before(line.text, each.start()) or claims.title(line).text
            if (key := (label, low.value, high.value)) not in seen and len(seen) < _MOST_RANGES:
                seen.add(key)
                yield from _within(claims, line, label, low, high)
            break


def _within(claims: Claims, line: Line, label: str, low: Printed, high: Printed) -> Iterator[Finding]:
    a, b = low.value, high.value
    named = words(label)
    if not named:
        return
    for mean in claims.means.all[:1000]:
        if not mean.label or not (alike(mean.label, label) or words(mean.label) <= words(line.text)):
            continue
        m, s = mean.mean, mean.spread
        inside = m.span.high >= a and m.span.low <= b
        yield consistent_if(inside, mean.line, f"{mean.label} = {m.text} in a range from {a:g} to {b:g}", line)
        size = claims.size_at(mean.line)
        if inside:
            at = min(max((a + b) / 2, m.span.low), m.span.high)
            most = math.sqrt(max(0.0, (at - a) * (b - at)))
            most *= math.sqrt(size.n / (size.n - 1)) if size and size.n > 1 else math.sqrt(2)
            text = (
                f"a standard deviation of {s.text} about {m.text} within [{a:g}, {b:g}], where it is at most "
                f"{said(most, 3)}"
            )
            yield consistent_if(s.span.low <= most, mean.line, text, line)
    for short in sorted(each for each in named if re.search(rf"\b{re.escape(each.upper())}\b", f"{label} {line.text}")):
        if len(short) < 2:
            continue
        pattern = re.compile(rf"\b{re.escape(short)}\b" + _HAS.format(num=NUM), re.I)
        for other in claims.numeric(short):
            if other is line:
                continue
            for value in pattern.finditer(other.text):
                number = printed(value["value"])
                if not (number.span.high >= a and number.span.low <= b) and alike(
                    label_before(other.text, value.start("value")), label
                ):
                    yield found(
                        "inconsistent", other, f"{short} = {number.text} outside its range from {a:g} to {b:g}", line
                    )
