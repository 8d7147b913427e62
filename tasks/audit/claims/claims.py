"""All claims of a report, extracted when a check first asks for them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any, TypeVar

from tasks.audit.claims import mentions, quantities, statistics, times
from tasks.audit.claims import references as compared
from tasks.audit.claims.claim import Claim, Scoped, alike, words
from tasks.audit.reading.report import Line, Report

C = TypeVar("C", bound=Claim)

_DIGIT = re.compile(r"\d")


class Claims:
    """The claims of one report. Each attribute is computed once."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.lines: tuple[Line, ...] = tuple(each for each in report.lines if each.kind != "code" and each.text)
        self.kept: dict[str, tuple[Any, ...]] = {}
        """What several checks work out from claims, by its name."""
        self._numeric = [each for each in self.lines if _DIGIT.search(each.text)]

    def _all(self, extract: Callable[[Line], Iterable[C]], word: str = "") -> Scoped[C]:
        """What `extract` finds on lines with a digit, and with a word in them where one is given."""
        lines = self._numeric if not word else [each for each in self._numeric if word in each.text.lower()]
        return Scoped(claim for line in lines for claim in extract(line))

    @cached_property
    def means(self) -> Scoped[statistics.MeanSpread]:
        """Means with their spread."""
        return self._all(statistics.means)

    @cached_property
    def intervals(self) -> Scoped[statistics.ConfidenceInterval]:
        """Intervals."""
        return self._all(statistics.intervals)

    @cached_property
    def effects(self) -> Scoped[statistics.EffectSize]:
        """Effect sizes of results; those of a plan stand beside a power and a number of samples."""
        every = self._all(statistics.effects)
        return Scoped(each for each in every.all if not self._is_plan(each.line))

    @cached_property
    def all_effects(self) -> Scoped[statistics.EffectSize]:
        """Effect sizes, those of plans included."""
        return self._all(statistics.effects)

    @cached_property
    def p_values(self) -> Scoped[statistics.PValue]:
        """p-values, those that are criteria included."""
        return self._all(statistics.p_values, "p")

    @cached_property
    def powers(self) -> Scoped[statistics.Power]:
        """Powers, those of plans included."""
        return self._all(statistics.powers, "power")

    @cached_property
    def sizes(self) -> Scoped[statistics.SampleSize]:
        """Numbers of samples."""
        return self._all(statistics.sample_sizes)

    @cached_property
    def tests(self) -> Scoped[statistics.TestStatistic]:
        """Test statistics."""
        return self._all(statistics.test_statistics, "=")

    @cached_property
    def alphas(self) -> frozenset[float]:
        """Levels of significance that are named."""
        return frozenset(each for line in self._numeric for each in statistics.alphas(line) if 0 < each < 0.5)

    @cached_property
    def references(self) -> Scoped[compared.Reference]:
        """Values to compare with."""
        return self._all(compared.references)

    @cached_property
    def measured(self) -> Scoped[quantities.Measured]:
        """Durations and amounts of memory."""
        return self._all(quantities.measured)

    @cached_property
    def rates(self) -> Scoped[quantities.Rate]:
        """Rates."""
        return self._all(quantities.rates, "/")

    @cached_property
    def ratios(self) -> Scoped[quantities.Ratio]:
        """Ratios."""
        return self._all(quantities.ratios)

    @cached_property
    def percents(self) -> Scoped[quantities.Percent]:
        """Shares in percent."""
        return self._all(quantities.percents)

    @cached_property
    def dates(self) -> Scoped[times.DateMention]:
        """Days."""
        return self._all(times.dates)

    @cached_property
    def ids(self) -> Scoped[times.StampedId]:
        """Identifiers with a time in them."""
        return self._all(times.stamped_ids)

    @cached_property
    def files(self) -> Scoped[mentions.FileMention]:
        """Files."""
        return Scoped(claim for line in self.lines for claim in mentions.files(line))

    @cached_property
    def statuses(self) -> Scoped[mentions.Status]:
        """What is said to be done or not."""
        return Scoped(claim for line in self.lines for claim in mentions.statuses(line))

    @cached_property
    def titles(self) -> dict[int, Line]:
        """The first line of each item."""
        first: dict[int, Line] = {}
        for line in self.lines:
            first.setdefault(line.item, line)
        return first

    @cached_property
    def _items(self) -> dict[int, list[Line]]:
        every: dict[int, list[Line]] = {}
        for line in self.lines:
            every.setdefault(line.item, []).append(line)
        return every

    def lines_of_item(self, item: int) -> list[Line]:
        """All lines of an item; none where it is so long that it is no item."""
        lines = self._items.get(item, [])
        return lines if len(lines) <= 200 else []

    def heading(self, section: int) -> Line | None:
        """The heading of a section."""
        at = self.report.sections[section].line
        return None if at is None else self.report.lines[at]

    def _is_plan(self, line: Line) -> bool:
        """Whether a line plans a number of samples: it names a power beside an effect."""
        return bool(self.powers.within("number", line)) and bool(self.sizes.within("number", line))

    @cached_property
    def _named_sizes(self) -> Scoped[statistics.SampleSize]:
        plans = {each.line.number for each in self.all_effects.all if self._is_plan(each.line)}
        return Scoped(each for each in self.sizes.all if each.named and each.line.number not in plans)

    @cached_property
    def _counted_sizes(self) -> Scoped[statistics.SampleSize]:
        plans = {each.line.number for each in self.all_effects.all if self._is_plan(each.line)}
        return Scoped(each for each in self.sizes.all if not each.named and each.line.number not in plans)

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
        """What a mean may be compared with: what its item names, then what is said of its label elsewhere."""
        own = [each for each in self.references.within("item", mean.line) if self._may_concern(each, mean.label)]
        near = [
            each for each in self.references.within("section", mean.line)[:200] if self._may_concern(each, mean.label)
        ]
        far = [each for each in self.references.all[:2000] if self._concerns(each, mean.label)]
        return unique([*own, *near, *far])

    def references_beside(self, line: Line, label: str) -> list[compared.Reference]:
        """What the narrowest scope around a line names to compare with."""
        for scope in ("number", "item", "group", "section"):
            near = [each for each in self.references.within(scope, line)[:200] if self._may_concern(each, label)]
            if near:
                return unique(near)
        return []

    def _may_concern(self, reference: compared.Reference, label: str) -> bool:
        return not reference.label or not label or alike(reference.label, label)

    def _concerns(self, reference: compared.Reference, label: str) -> bool:
        if reference.label:
            return alike(reference.label, label)
        wanted = words(label)
        text = reference.line.text + " " + self.titles[reference.line.item].text
        return bool(wanted) and wanted <= words(text)


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
