"""A change in percent, or a factor, is what the two values it is said of come to."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tasks.audit.claims.claims import Claims
from tasks.audit.finding import Finding, consistent_if, found
from tasks.audit.numbers import FREE, NUM, Span, printed, said_span
from tasks.audit.reading.report import Line
from tasks.audit.units import UNIT, factor

_FROM_TO = re.compile(
    rf"\b(?:from|von|de)\s+(?P<a>{FREE})\s?(?P<ua>{UNIT})?\s+(?:down |up "
    rf")?(?:to|auf|à)\s+(?P<b>{NUM})\s?(?P<ub>{UNIT})?(?P<rest>(?:[^.;|]|\.(?=\d)){{0,60}})",
    re.IGNORECASE,
)
_PERCENT = re.compile(rf"(?P<sign>[+-])?(?P<value>{FREE})\s?%(?!\s*(?:CI|confidence))(?P<after>[^,;.)]{{0,25}})")
_TIMES = re.compile(rf"(?P<value>{FREE})\s?(?:×|x\b|-?fold\b|times\b)")
_CHANGE = re.compile(
    r"\b(?:r[io]se[ns]?|fell|fall[s]?|increas\w*|decreas\w*|drop\w*|gr[eo]w\w*|went|go(?:es|ing)?|reduc\w*|improv\w*|declin\w*|cuts?"
    r"|down|up|shr[aiu]nk|climb\w*|jump\w*|chang\w*|expand\w*|lower\w*|rais\w*|gains?|faster|slower|fewer|higher|speed-?up|stieg\w*|fiel|sank|wuchs|passée?s?"
    r"|augment\w*|baiss\w*|réduit\w*)\b",
    re.I,
)
_SIGNED = re.compile(r"\s*[(,]?\s*[(]?[+-]\d")
_SAID_POINTS = re.compile(
    rf"\s*[(,]?\s*(?:by\s+|an? \w+ of\s+)?[+]?(?P<value>{NUM})\s?(?:percentage )?(?:points?|pp)\b", re.I
)
_POINTS = re.compile(r"\bpoints?\b|\bpp\b", re.IGNORECASE)
_BEFORE = re.compile(rf"(?:by\s+|an?\s+)?(?P<value>{NUM})\s?%[^,;.|%\d]{{0,40}}$", re.IGNORECASE)


def check(claims: Claims) -> Iterator[Finding]:
    """Texts such as "from A to B (p %)" and "from A to B, k × faster"."""
    for line in claims.numeric("from ", "von ", "de "):
        yield from _on(line)


def _is_year(text: str, unit: str) -> bool:
    return not unit and len(text) == 4 and text.isdigit() and 1900 <= int(text) <= 2100


def _on(line: Line) -> Iterator[Finding]:
    for each in _FROM_TO.finditer(line.text):
        ua, ub = each["ua"] or each["ub"] or "", each["ub"] or each["ua"] or ""
        a = printed(each["a"]).span.scaled(factor(ua))
        b = printed(each["b"]).span.scaled(factor(ub))
        if a.low <= 0 or b.low <= 0:
            continue
        if _is_year(each["a"], ua) and _is_year(each["b"], ub):
            continue
        head = line.text[max(0, each.start() - 80) : each.start()]
        if not (_CHANGE.search(head) or _CHANGE.search(each["rest"]) or _SIGNED.match(each["rest"])):
            continue
        said = f"from {each['a']} {ua} to {each['b']} {ub}".replace("  ", " ").strip()
        if ua == "%" and (points := _SAID_POINTS.match(each["rest"])):
            difference, said_points = (b - a).absolute(), printed(points["value"].lstrip("+-"))
            text = f"{said} is {said_span(difference)} points, printed as {said_points.text}"
            yield consistent_if(difference.meets(said_points.span), line, text)
        elif percent := _PERCENT.search(each["rest"]) or _BEFORE.search(
            line.text[max(0, each.start() - 60) : each.start()]
        ):
            points = _POINTS.search(each["rest"])
            if points or ua == "%":
                difference = (b - a).absolute()
                changed = ((b - a) / a).absolute().scaled(100)
                points_said = printed(percent["value"].lstrip("-")).span
                if difference.meets(points_said):
                    yield found("consistent", line, f"{said} is {said_span(difference)} points")
                elif not points and changed.meets(points_said):
                    yield found("consistent", line, f"{said} is a change by {said_span(changed)} %")
                else:
                    yield found(
                        "inconsistent",
                        line,
                        f"{said} is {said_span(difference)} points, or a change by "
                        f"{said_span(changed)} %; printed as {percent['value']} %",
                    )
                continue
            changed = ((b - a) / a).absolute().scaled(100)
            number = printed(percent["value"].lstrip("-"))
            yield consistent_if(
                changed.meets(number.span),
                line,
                f"{said} is a change by {said_span(changed)} %, printed as {number.text} %",
            )
        elif times := _TIMES.search(each["rest"]):
            ratios = Span(*sorted((a.low / b.high, a.high / b.low))), Span(*sorted((b.low / a.high, b.high / a.low)))
            larger = max(ratios, key=lambda span: span.high)
            number = printed(times["value"])
            yield consistent_if(
                any(span.meets(number.span) for span in ratios),
                line,
                f"{said} is a factor of {said_span(larger)}, printed as {number.text}",
            )
