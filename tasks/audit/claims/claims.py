"""All claims of a report, extracted when a check first asks for them."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any, TypeVar

from tasks.audit.claims import mentions, quantities, statistics, times
from tasks.audit.claims import references as compared
from tasks.audit.claims.claim import SCOPES, Claim, Scoped, alike, words
from tasks.audit.claims.lookup import Lookup
from tasks.audit.reading.report import Line, Report

C = TypeVar("C", bound=Claim)

_LONGEST_ITEM = 200
_MOST_REFERENCES = 200
"""That are said of one label: a number has to be held against each."""


class Claims:
    """The claims of one report. Each attribute is computed once."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.lines: tuple[Line, ...] = tuple(each for each in report.lines if each.kind != "code" and each.text)
        self.kept: dict[str, tuple[Any, ...]] = {}
        """What several checks work out from claims, by its name."""
        self._lookup = Lookup(self.lines)
        self._items = array("Q", (each.item for each in self.lines))
        """They grow from line to line."""

    def holding(self, *words: str) -> list[Line]:
        """Lines with any of some words, in lower case, be it within longer ones."""
        return self._lookup.holding(words)

    def numeric(self, *words: str) -> Iterator[Line]:
        """Those of them with a digit; of all lines where no words are given."""
        return iter(self._lookup.holding(words, numeric=True)) if words else self._lookup.numeric()

    def _all(self, extract: Callable[[Line], Iterable[C]], *words: str) -> Scoped[C]:
        """What `extract` finds on lines with a digit and any of the words, without which there is nothing."""
        return Scoped(claim for line in self.numeric(*words) for claim in extract(line))

    @cached_property
    def means(self) -> Scoped[statistics.MeanSpread]:
        """Means with their spread."""
        return self._all(statistics.means, *statistics.WORDS_OF_SPREAD)

    @cached_property
    def intervals(self) -> Scoped[statistics.ConfidenceInterval]:
        """Intervals."""
        return self._all(statistics.intervals, "ci", "ki", "ic", "nterval", "[")

    @cached_property
    def effects(self) -> Scoped[statistics.EffectSize]:
        """Effect sizes of results; those of a plan stand beside a power and a number of samples."""
        return Scoped(each for each in self.all_effects.all if not self._is_plan(each.line))

    @cached_property
    def all_effects(self) -> Scoped[statistics.EffectSize]:
        """Effect sizes, those of plans included."""
        return self._all(statistics.effects, *statistics.WORDS_OF_EFFECT)

    @cached_property
    def p_values(self) -> Scoped[statistics.PValue]:
        """p-values, those that are criteria included."""
        return self._all(statistics.p_values, *statistics.WORDS_OF_P)

    @cached_property
    def powers(self) -> Scoped[statistics.Power]:
        """Powers, those of plans included."""
        return self._all(statistics.powers, "power")

    @cached_property
    def sizes(self) -> Scoped[statistics.SampleSize]:
        """Numbers of samples."""
        return self._all(statistics.sample_sizes, *statistics.WORDS_OF_SIZE)

    @cached_property
    def tests(self) -> Scoped[statistics.TestStatistic]:
        """Test statistics."""
        return self._all(statistics.test_statistics, "=")

    @cached_property
    def alphas(self) -> frozenset[float]:
        """Levels of significance that are named."""
        lines = self.numeric("α", "alpha", "significance level")
        return frozenset(each for line in lines for each in statistics.alphas(line) if 0 < each < 0.5)

    @cached_property
    def references(self) -> Scoped[compared.Reference]:
        """Values to compare with."""
        return self._all(compared.references, *compared.WORDS)

    @cached_property
    def measured(self) -> Scoped[quantities.Measured]:
        """Durations and amounts of memory."""
        return self._all(quantities.measured)

    @cached_property
    def rates(self) -> Scoped[quantities.Rate]:
        """Rates."""
        return self._all(quantities.rates, "/s", "/ s", "/m", "/ m", "/h", "/ h", "per s", "per m", "per h")

    @cached_property
    def ratios(self) -> Scoped[quantities.Ratio]:
        """Ratios."""
        return self._all(quantities.ratios, "/", "of")

    @cached_property
    def percents(self) -> Scoped[quantities.Percent]:
        """Shares in percent."""
        return self._all(quantities.percents, "%", "percent", "per cent")

    @cached_property
    def dates(self) -> Scoped[times.DateMention]:
        """Days."""
        return self._all(times.dates, *times.WORDS_OF_DATE)

    @cached_property
    def ids(self) -> Scoped[times.StampedId]:
        """Identifiers with a time in them."""
        return self._all(times.stamped_ids, "_19", "_20", "-19", "-20")

    @cached_property
    def files(self) -> Scoped[mentions.FileMention]:
        """Files."""
        return Scoped(claim for line in self.holding(".") for claim in mentions.files(line))

    @cached_property
    def statuses(self) -> Scoped[mentions.Status]:
        """What is said to be done or not."""
        lines = self.holding("status", "state", "outcome", "result")
        return Scoped(claim for line in lines for claim in mentions.statuses(line))

    @cached_property
    def boxes(self) -> dict[int, list[Line]]:
        """What is to be ticked off, by section."""
        found: dict[int, list[Line]] = {}
        for each in self.lines:
            if each.checkbox is not None:
                found.setdefault(each.section, []).append(each)
        return found

    def title(self, line: Line) -> Line:
        """The first line of an item."""
        return self.lines[bisect_left(self._items, line.item)]

    def lines_of_item(self, line: Line) -> Sequence[Line]:
        """All lines of the item of a line; none where it is so long that it is no item."""
        first, behind = bisect_left(self._items, line.item), bisect_right(self._items, line.item)
        return self.lines[first:behind] if behind - first <= _LONGEST_ITEM else ()

    def heading(self, section: int) -> Line | None:
        """The heading of a section."""
        at = self.report.sections[section].line
        return None if at is None else self.report.lines[at]

    def _is_plan(self, line: Line) -> bool:
        """Whether a line plans a number of samples: it names a power beside an effect."""
        return bool(self.powers.within("sentence", line)) and bool(self.sizes.within("sentence", line))

    @cached_property
    def _named_sizes(self) -> Scoped[statistics.SampleSize]:
        plans = {id(each.line) for each in self.all_effects.all if self._is_plan(each.line)}
        return Scoped(each for each in self.sizes.all if each.named and id(each.line) not in plans)

    @cached_property
    def _counted_sizes(self) -> Scoped[statistics.SampleSize]:
        plans = {id(each.line) for each in self.all_effects.all if self._is_plan(each.line)}
        return Scoped(each for each in self.sizes.all if not each.named and id(each.line) not in plans)

    @cached_property
    def _only_size(self) -> statistics.SampleSize | None:
        every = {each.n: each for each in self._named_sizes.all}
        return next(iter(every.values())) if len(every) == 1 else None

    def size_at(self, line: Line) -> statistics.SampleSize | None:
        """The number of samples that what stands on a line rests on; None where none, or more than one, may be meant.

        The nearest `n = ...`, else the nearest count such as "80 images", else the only `n = ...` of the report.
        """
        for near in (self._named_sizes.nearest(line), self._counted_sizes.nearest(line)):
            if near:
                first = near[0]
                return first if all(each.n == first.n for each in near[:50]) and len(near) <= 50 else None
        return self._only_size

    def mean_at(self, line: Line, label: str = "") -> statistics.MeanSpread | None:
        """The mean that what stands on a line is about; None where none, or more than one, may be meant."""
        near = self.means.nearest(line)
        if label and len(near) > 1:
            near = [each for each in near[:50] if alike(each.label, label)] or near
        return only(near, lambda each: (each.mean.value, each.spread.value))

    def references_of(self, mean: statistics.MeanSpread) -> list[compared.Reference]:
        """What a mean is compared with: what its item names, then what is said of its label elsewhere."""
        own = [each for each in self.references.within("item", mean.line)[:200] if self._may_concern(each, mean.label)]
        return unique([*own, *self._elsewhere(mean.label)])

    def references_of_effect(
        self, mean: statistics.MeanSpread, lines: Sequence[Line]
    ) -> tuple[bool, list[compared.Reference]]:
        """Whether it is said what the effects on some lines are measured from, and all that it may be."""
        near = [
            each
            for line in (mean.line, *lines)
            for scope in ("item", "group")
            for each in self.references.within(scope, line)[:200]
            if self._may_concern(each, mean.label)
        ]
        around = [
            each for each in self.references.within("section", mean.line)[:200] if self._may_concern(each, mean.label)
        ]
        return bool(near), unique([*near, *around, *self._elsewhere(mean.label)])

    def _elsewhere(self, label: str) -> list[compared.Reference]:
        """References of the whole report that are said of a label."""
        if label not in self._references_of_label:
            wanted = words(label)
            rarest = min((self._references_with.get(each, []) for each in wanted), key=len, default=[])
            found = [each for each in rarest if wanted <= self._words_around(each)] if wanted else []
            named = [each for each in self._named_references if alike(each.label, label)]
            self._references_of_label[label] = [*found, *named][:_MOST_REFERENCES]
        return self._references_of_label[label]

    @cached_property
    def _references_of_label(self) -> dict[str, list[compared.Reference]]:
        return {}

    @cached_property
    def _named_references(self) -> list[compared.Reference]:
        return [each for each in self.references.all if each.label][:_MOST_REFERENCES]

    @cached_property
    def _references_with(self) -> dict[str, list[compared.Reference]]:
        """References without a label of their own, by each word of their line and of the title of its item."""
        found: dict[str, list[compared.Reference]] = {}
        for each in self.references.all:
            for word in () if each.label else self._words_around(each):
                found.setdefault(word, []).append(each)
        return found

    def _words_around(self, reference: compared.Reference) -> frozenset[str]:
        return words(reference.line.text + " " + self.title(reference.line).text)

    def references_beside(self, line: Line, label: str) -> list[compared.Reference]:
        """What the narrowest scope around a line names to compare with; beyond its item, only what has the label."""
        for scope in SCOPES:
            near = [each for each in self.references.within(scope, line)[:200] if self._may_concern(each, label)]
            if scope in ("group", "section"):
                near = [each for each in near if self._has_label(each, label)]
            if near:
                return unique(near)
        return []

    def _has_label(self, reference: compared.Reference, label: str) -> bool:
        wanted = words(label)
        return bool(wanted) and (alike(reference.label, label) or wanted <= self._words_around(reference))

    def _may_concern(self, reference: compared.Reference, label: str) -> bool:
        return not reference.label or not label or alike(reference.label, label)


def unique(every: Sequence[compared.Reference]) -> list[compared.Reference]:
    """One of each value, the first."""
    found: dict[float, compared.Reference] = {}
    for each in every:
        found.setdefault(each.value.value, each)
    return list(found.values())


def only(near: Sequence[C], key: Callable[[C], object]) -> C | None:
    """The first of claims that all say the same; None where there are none, or they differ."""
    if not near or len(near) > 50 or any(key(each) != key(near[0]) for each in near):
        return None
    return near[0]


def distinct(every: Iterable[C], key: Callable[[C], object]) -> Iterator[tuple[C, list[Line]]]:
    """Each different claim once, with all the lines it stands on."""
    found: dict[object, list[C]] = {}
    for each in every:
        found.setdefault(key(each), []).append(each)
    for same in found.values():
        yield same[0], [each.line for each in same]
