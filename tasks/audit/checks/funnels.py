"""Each stage of a selection has no more than the one before, and what is excluded is what is missing."""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from tasks.audit.claims.claims import Claims
from tasks.audit.finding import Finding, consistent_if, found
from tasks.audit.reading.report import Line

_STAGES = (
    r"identified|retrieved|collected|downloaded|found|gathered|records",
    r"screened|reviewed|considered|scanned|checked|deduplicated",
    r"eligible|relevant|assessed|analy[sz]ed|read in full|full[- ]text|shortlisted|matched|qualified",
    r"included|key|cited|citation|selected|retained|final",
)
_NOUN = (
    r"papers?|articles?|studies|records?|publications?|abstracts?|candidates?|samples?|patients?"
    r"|participants?|images?|documents?"
)
_WORDS = ("paper", "article", "studies", "record", "publication", "abstract", "candidate", "sample", "patient",
    "participant", "image", "document", "excluded", "removed", "dropped", "discarded", "rejected")  # fmt: skip
_COUNT = re.compile(
    rf"(?<![\w.,/-])(?P<n>\d{{1,9}})\s+(?P<adjectives>(?:[a-z-]+\s+){{0,2}}?)(?P<noun>{_NOUN})\b(?P<rest>[^.;,"
    rf"|\d]{{0,40}})",
    re.I,
)
_PUBLICATIONS = {"paper", "article", "stud", "record", "publication", "abstract", "document"}
_LABEL = re.compile(r"^(?P<label>[^:]{1,60}):")
_EXCLUDED = re.compile(
    rf"(?P<all>\d{{1,9}})\s+(?:[a-z-]+\s+){{0,3}}?(?:{_NOUN})?[^.;"
    rf"|\d]{{0,60}}?(?P<out>\d{{1,9}})\s+(?:[a-z]+\s+){{0,3}}?(?:excluded|removed|dropped|discarded|rejected)"
    rf"[^.;|\d]{{0,60}}?(?P<left>\d{{1,9}})\s+(?:[a-z]+\s+){{0,3}}?(?:remain(?:ed|ing|s)?|left|kept|included|retained)",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Stage:
    """How many there were after one step of a selection."""

    rank: int
    n: int
    line: Line
    noun: str


def check(claims: Claims) -> Iterator[Finding]:
    """Stages of one section by their words, for one kind of thing; and `a − b = c` of what was excluded."""
    found_stages: dict[tuple[int, str], list[Stage]] = defaultdict(list)
    for line in claims.numeric(*_WORDS):
        for each in _COUNT.finditer(line.text):
            rank = _rank(line, each)
            if rank is not None:
                noun = re.sub(r"(?:ies|y|s)$", "", each["noun"].lower())
                family = "publication" if noun in _PUBLICATIONS else noun
                found_stages[line.section, family].append(Stage(rank, int(each["n"]), line, noun))
        for each in _EXCLUDED.finditer(line.text):
            left = int(each["all"]) - int(each["out"])
            yield consistent_if(
                left == int(each["left"]), line, f"{each['all']} - {each['out']} = {left}, printed as {each['left']}"
            )
    for stages in found_stages.values():
        latest: dict[int, Stage] = {}
        for stage in stages:
            latest.setdefault(stage.rank, stage)
        ordered = [latest[rank] for rank in sorted(latest)]
        for before, after in itertools.pairwise(ordered):
            text = f"{before.n} at one stage (line {before.line.number}), then {after.n}"
            if before.noun == after.noun or after.n <= before.n:
                yield consistent_if(after.n <= before.n, after.line, text, before.line)
            else:
                text += ": only if one of the former holds several of the latter"
                yield found("depends on reading", after.line, text, before.line)


def _rank(line: Line, each: re.Match[str]) -> int | None:
    """By what follows the noun, else by what stands before it, else by the label of the line."""
    label = _LABEL.match(line.text)
    for text in (each["rest"], each["adjectives"], label["label"] if label else ""):
        for rank in range(len(_STAGES) - 1, -1, -1):
            if re.search(rf"\b(?:{_STAGES[rank]})\b", text, re.I):
                return rank
    return None
