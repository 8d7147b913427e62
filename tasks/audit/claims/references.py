"""Values that a quantity is compared with: thresholds, chance, null values, baselines, and how a range is divided."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tasks.audit.claims.claim import Claim, label_before
from tasks.audit.numbers import FREE, NUM, Printed, Span, printed
from tasks.audit.reading.report import Line

_NAMES = (
    r"threshold|cut-?off|criterion|baseline|null(?: value| hypothesis)?|chance(?: level)?|reference(?: value)?|H_?0"
)
_BEFORE = re.compile(
    rf"\b(?P<name>{_NAMES})\b\s*(?:value|level)?\s*(?:of|is|was|at"
    rf"|[=:(])?\s*(?P<sign>[<>≤≥=])?\s*(?P<value>{NUM})(?![\d%]|\s?%)",
    re.IGNORECASE,
)
_AFTER = re.compile(rf"(?P<sign>[<>≤≥])?\s*(?P<value>{FREE})\s+(?:{_NAMES})\b", re.IGNORECASE)
_DEFINED = re.compile(
    rf"(?P<value>{FREE})\s*=\s*(?:balanced|chance|neutral|null|baseline|no \w+)"
    rf"|(?P<sign>[<>≤≥])\s*(?P<value2>{FREE})\s*="
    r"\s*[A-Za-z]",
    re.IGNORECASE,
)
_DECLARED = re.compile(r"threshold|cut-?off|criterion|balanced", re.IGNORECASE)
_NAMED = re.compile(_NAMES, re.IGNORECASE)
WORDS = ("threshold", "cutoff", "cut-off", "criterion", "baseline", "null", "chance", "reference", "h0", "h_0", "=")
"""One of them, in lower case, is on each line with a reference."""
_IS_P = re.compile(r"(?:\bp(?:-?values?)?|\balpha|α)\s*[<>≤≥=]*\s*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reference(Claim):
    """A value to compare with; `sign` tells on which side something counts, where it is said."""

    label: str
    """What it is said of on its own line; empty where that is said elsewhere."""
    value: Printed
    sign: str
    declared: bool
    """Chosen, as a threshold is, and not measured: it stands for itself, and not for what rounds to it."""

    @property
    def span(self) -> Span:
        """What it may be."""
        return Span(self.value.value, self.value.value) if self.declared else self.value.exact


def references(line: Line) -> Iterator[Reference]:
    """Reference values named on the line; significance levels are excluded."""
    seen: set[int] = set()
    patterns = (_BEFORE, _AFTER) if _NAMED.search(line.text) else ()
    for pattern in (*patterns, _DEFINED) if "=" in line.text else patterns:
        for each in pattern.finditer(line.text):
            groups = each.groupdict()
            name = "value" if groups["value"] else "value2"
            at = each.start(name)
            if at in seen or _IS_P.search(line.text[max(0, at - 20) : at]):
                continue
            seen.add(at)
            sign = groups.get("sign") or ""
            declared = bool(sign or _DECLARED.search(each[0]))
            label = "" if pattern is not _AFTER else _compared(line.text, at)
            yield Reference(line, each.start(), each.end(), label, printed(each[name]), sign, declared)


def _compared(text: str, at: int) -> str:
    """The name before "X = 1.9 < 2.0 threshold"."""
    head = re.search(rf"([A-Za-z][\w /-]{{0,40}}?)\s*=\s*{NUM}\s*[<>≤≥]\s*$", text[:at])
    return label_before(text, head.end(1)) if head else ""
