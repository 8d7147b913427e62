"""A number that links to a line of the same document stands there, and one whose markup states its value rounds it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from tasks.audit.claims.claims import Claims
from tasks.audit.claims.values import Value, follows, is_a_custom, value, values
from tasks.audit.finding import Finding, found
from tasks.audit.reading.report import Line

_MOST_SAID = 8
_MOST_LINKS = 50_000
"""Each is held against all numbers of a line, so that their number has to have an end."""
_LAST_NUMBER = re.compile(r"(\d{1,9})\D*$")


@dataclass(frozen=True, slots=True)
class _Linked:
    """A number that links to a line, and the numbers that stand there."""

    line: Line
    number: Value
    target: str
    to: Line
    given: Sequence[Value]

    @property
    def holds(self) -> bool:
        return any(self.number.stands_for(each) for each in self.given)

    @property
    def is_bound(self) -> bool:
        """Whether it has a sign, as the target has."""
        return bool(self.number.sign) and any(each.sign for each in self.given)

    @property
    def lost_its_sign(self) -> bool:
        """Whether it stands at the target with a sign alone, which may be in the words before the link."""
        return not self.number.sign and not any(self.number.stands_for(each) for each in self.given if not each.sign)


def check(claims: Claims) -> Iterator[Finding]:
    """Links by the table, or the lists and paragraphs of a section, that they point into; then stated values.

    Where links only refer, as to sections, notes or numbered references, most of their numbers do not stand at the
    target, or they count the targets off. Nothing is said of such.
    """
    for every in _by_place(claims).values():
        bound = _without_labels(every)
        holding = [each for each in bound if each.holds]
        unsigned = sum(each.lost_its_sign for each in holding)
        strict = is_a_custom(sum(each.is_bound for each in holding), unsigned)
        wrong = [each for each in bound if not each.holds or (strict and each.lost_its_sign)]
        held = len(bound) - len(wrong)
        if is_a_custom(held, len(wrong)):
            yield from map(_missing, wrong)
            yield found("consistent", bound[0].to, f"{held} numbers that link here, or to lines beside it, stand there")
    yield from _stated(claims)


def _by_place(claims: Claims) -> dict[Hashable, list[_Linked]]:
    """Numbers that link to a line that is no heading, by where that line stands."""
    at: dict[str, Line | None] = {}
    for line in claims.lines:
        for anchor in line.marks.anchors:
            at[anchor] = None if anchor in at else line
    given: dict[str, Sequence[Value]] = {}
    places: dict[Hashable, list[_Linked]] = defaultdict(list)
    links = ((line, link) for line in claims.lines for link in line.marks.links)
    for line, link in islice(links, _MOST_LINKS):
        to, number = at.get(link.target), value(link.text)
        if to is None or number is None or number.word or to.kind == "heading" or to is line:
            continue
        if link.target not in given:
            given[link.target] = _numbers(claims, to)
        place = ("row", to.group) if to.kind == "row" else ("text", to.section)
        places[place].append(_Linked(line, number, link.target, to, given[link.target]))
    return places


def _numbers(claims: Claims, line: Line) -> list[Value]:
    """Those of a row, or of all lines of an item or a paragraph."""
    lines = [line] if line.kind == "row" else claims.lines_of_item(line) or [line]
    return values(" | ".join(each.text for each in lines))


def _without_labels(every: list[_Linked]) -> list[_Linked]:
    """Drops whole numbers that may be labels of references instead of values."""
    counted = [each for each in every if each.number.plain]
    pairs = {(each.target, each.number.number.value) for each in counted}
    count_off = len({target for target, _ in pairs}) == len({number for _, number in pairs}) == len(pairs)
    return [
        each
        for each in every
        if not each.number.plain
        or not (count_off or each.to.kind != "row" or _number_of(each.target) == each.number.number.value)
    ]


def _number_of(target: str) -> int | None:
    """The number in an id such as `ref-3`; None where there is none."""
    ends = _LAST_NUMBER.search(target)
    return int(ends[1]) if ends else None


def _missing(each: _Linked) -> Finding:
    said = ", ".join(one.text for one in each.given[:_MOST_SAID]) + ", …" * (len(each.given) > _MOST_SAID)
    text = f"{each.number.text} links to {each.target} in line {each.to.number}, where there is {said or 'no number'}"
    if how := follows(each.number, each.given):
        return found("depends on reading", each.line, f"{text}; unless it is meant to be {how}", each.to)
    return found("inconsistent", each.line, text, each.to)


def _stated(claims: Claims) -> Iterator[Finding]:
    """Numbers with their value in the markup; in attributes that mean something else, most do not agree."""
    pairs = [
        (line, number, full)
        for line in claims.lines
        for each in line.marks.stated
        if (number := value(each.text)) is not None and (full := value(each.value)) is not None and not number.word
    ]
    wrong = [(line, number, full) for line, number, full in pairs if not number.stands_for(full)]
    if is_a_custom(len(pairs) - len(wrong), len(wrong)):
        for line, number, full in wrong:
            yield found("inconsistent", line, f"{number.text} is printed where the markup states {full.text}")
