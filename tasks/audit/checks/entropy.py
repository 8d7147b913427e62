"""An entropy is at most the logarithm of the number of outcomes, and shares of entropies leave room for that."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from tasks.audit.claims.claim import words
from tasks.audit.claims.claims import Claims
from tasks.audit.finding import Finding, consistent_if, found
from tasks.audit.numbers import FREE, NUM, Printed, Span, printed, said, said_span
from tasks.audit.reading.report import Line
from tasks.audit.registry import Vit, vit_in

_OVER = re.compile(
    r"\b(?:over|of|across|with|on|among|for)\s+(?P<n>\d{1,7})\s+(?:[a-z]+[- ]){0,2}?(?:tokens?|keys?|patches"
    r"|classes|positions|categories|outcomes|states"
    r"|symbols|labels|bins|words)\b",
    re.I,
)
_ENTROPY = re.compile(
    rf"\b(?:entropy|H)\b(?:\s*\([^()]{{0,30}}\))?[^.;|\d=:<>±]{{0,40}}?"
    rf"(?:\s(?:over|of|across|on|among|for) \d{{1,7}}(?: [a-z]+){{1,3}})?\s*(?:=|:|≈|\bof\b|\bis\b"
    rf"|\bwas\b)\s*(?P<value>{FREE})\s*(?P<unit>nats?|bits?)?",
    re.I,
)
_SHARE = re.compile(
    r"(?P<share>[A-Za-z][\w-]{0,40})\s*=\s*(?P<part>[A-Za-z]\w{0,40})\s*/\s*\(\s*(?P<a>[A-Za-z]\w{0,40})\s*\+\s*("
    r"?P<b>[A-Za-z]\w{0,40})\s*\)"
)
_NORMALISED = re.compile(r"normali[sz]ed|\bHn\b|relative entropy|cross[- ]entropy|loss", re.I)


def check(claims: Claims) -> Iterator[Finding]:
    """H against ln n or log2 n on its line or item, and a share V / (V + T) of entropies against ln of the tokens."""
    entropies = [
        (line, each)
        for line in claims.numeric("entropy", "h")
        if "ntropy" in line.text or "H" in line.text
        for each in _ENTROPY.finditer(line.text)
    ]
    for line, each in entropies:
        number = _OVER.search(line.text)
        if number and int(number["n"]) > 1 and not _NORMALISED.search(line.text):
            yield _bounded(line, printed(each["value"]), each["unit"] or "", int(number["n"]))
    yield from _shares(claims, entropies)


def _bounded(line: Line, value: Printed, unit: str, n: int) -> Finding:
    nats, bits = math.log(n), math.log2(n)
    text = (
        f"an entropy over {n} is at most {said(nats)} nats or {said(bits)} bits; printed {value.text} {unit}".rstrip()
    )
    if unit.startswith("bit") or value.span.low <= nats:
        return consistent_if(value.span.low <= (bits if unit.startswith("bit") else nats), line, text)
    verdict = "inconsistent" if unit or value.span.low > bits else "depends on reading"
    return found(verdict, line, text)  # type: ignore[arg-type]


def _shares(claims: Claims, entropies: list[tuple[Line, re.Match[str]]]) -> Iterator[Finding]:
    defined = next(
        ((line, each) for line in claims.holding("entropy") if "/" in line.text and (each := _SHARE.search(line.text))),
        None,
    )
    if (
        defined is None
        or "entropy" not in (defined[1]["a"] + defined[1]["b"]).lower()
        or defined[1]["part"] not in (defined[1]["a"], defined[1]["b"])
    ):
        return
    line, formula = defined
    vit = next((found_vit for each in claims.holding("vit") if (found_vit := vit_in(each.text))), None)
    share = _value_of(claims, formula["share"])
    values = {
        printed(each["value"]).text: (at, printed(each["value"]))
        for at, each in entropies
        if not _NORMALISED.search(at.text)
    }
    if vit is None or share is None or len(values) != 1:
        return
    part, rest = formula["part"], formula["b"] if formula["part"] == formula["a"] else formula["a"]
    image_is_part = bool(re.search(r"vis|im", part, re.I))
    if not image_is_part and not re.search(r"vis|im", rest, re.I):
        return
    (at, entropy), (where, s) = next(iter(values.values())), share
    yield from _implied(line, at, where, entropy, s, vit, (part, rest), image_is_part)


def _implied(
    line: Line,
    at: Line,
    where: Line,
    entropy: Printed,
    s: Printed,
    vit: Vit,
    names: tuple[str, str],
    image_is_part: bool,
) -> Iterator[Finding]:
    """What each reading of H makes of the image's entropy, whose bound is known."""
    one = Span(1.0, 1.0)
    if s.span.low <= 0 or s.span.high >= 1:
        return
    ratio = s.span / (one - s.span)
    part, rest = names
    image = part if image_is_part else rest
    scaled = {
        f"H is {part}": entropy.span if image_is_part else entropy.span / ratio,
        f"H is {rest}": entropy.span * ratio if image_is_part else entropy.span,
        "H is the mean of both": entropy.span.scaled(2) * (s.span if image_is_part else one - s.span),
    }
    most = math.log(vit.tokens)
    fits = [reading for reading, span in scaled.items() if span.low <= most]
    says = ", ".join(f"{said_span(span, 3)} if {reading}" for reading, span in scaled.items())
    text = (
        f"a share of {s.text} and H = {entropy.text} make {image} {says}; over the {vit.tokens} tokens of "
        f"{vit.name} it is at most ln {vit.tokens} = {said(most, 3)}"
    )
    verdict = "consistent" if len(fits) == len(scaled) else "depends on reading" if fits else "inconsistent"
    yield found(verdict, at, text, line, where)  # type: ignore[arg-type]


def _value_of(claims: Claims, name: str) -> tuple[Line, Printed] | None:
    wanted = words(name)
    for mean in claims.means.all[:200]:
        if wanted and wanted <= words(mean.label):
            return mean.line, mean.mean
    pattern = re.compile(rf"\b{re.escape(name)}\s*=\s*(?P<value>{NUM})(?!\s*[<>])")
    for line in claims.holding(name.lower()):
        if each := pattern.search(line.text):
            return line, printed(each["value"])
    return None
