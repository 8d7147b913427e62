"""A metric: the template of its key, its unit, the range of its values, and how it is rounded."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import Enum

from store.patterns import Template

Range = tuple[float, float]
"""The least and the greatest value that a metric can have."""

FREE: Range = (-math.inf, math.inf)
SHARE: Range = (0.0, 1.0)
LOSS: Range = (-math.inf, 1.0)
"""Of what is lost as a share of what there was: no more than all, while a gain has no end."""
AMOUNT: Range = (0.0, math.inf)


class Style(Enum):
    """How values of a metric are rounded; `store.figures` holds the rules."""

    MEASURE = "as many decimals as the interval supports"
    P_VALUE = "a p-value"
    COUNT = "a whole number"
    PROBABILITY = "three significant digits"
    TWO_DECIMALS = "two decimals"
    STANDARDISED = "two decimals, without the unit SD"
    TWO_DIGITS = "two significant digits"
    RATE = "three significant digits, of images/s"
    SECONDS = "in ms, s, min or h"
    BYTES = "in B, KiB, MiB or GiB"
    PARAMETERS = "in millions"


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric, or one for each value of the fields in its path."""

    path: str
    """Template of the key, such as `layer/{role}/{layer}/entropy_norm`; see `store.patterns.FIELDS`."""
    unit: str = ""
    range: Range = FREE
    style: Style = Style.MEASURE

    def key(self, **fields: object) -> str:
        """The key in the MLflow run; KeyError or ValueError unless exactly the fields of the path are given."""
        return Template(self.path).fill(**fields)

    def at(self, **fields: object) -> Metric:
        """The metric for these values of its fields."""
        return replace(self, path=self.key(**fields))

    def match(self, key: str) -> Mapping[str, str] | None:
        """The fields of a key of this metric; None for any other key."""
        return Template(self.path).match(key)


class MetricTable:
    """Finds the metric of a key among several; exact paths before templates, then in the order given."""

    def __init__(self, metrics: Iterable[Metric]) -> None:
        given = tuple(metrics)
        self._exact = {metric.path: metric for metric in given if "{" not in metric.path}
        self._templates = tuple(metric for metric in given if "{" in metric.path)
        self._found: dict[str, Metric | None] = {}

    def find(self, key: str) -> Metric | None:
        """The metric of a key; None where there is none."""
        if key in self._exact:
            return self._exact[key]
        if key not in self._found:
            if len(self._found) > _MOST_REMEMBERED:
                self._found.clear()
            self._found[key] = next((metric for metric in self._templates if metric.match(key) is not None), None)
        return self._found[key]


_MOST_REMEMBERED = 100_000


def metrics_in(namespace: Mapping[str, object]) -> tuple[Metric, ...]:
    """The metrics that a module defines, given its `globals()`, in the order of definition."""
    found: list[Metric] = []
    for value in namespace.values():
        if isinstance(value, Metric) and value not in found:
            found.append(value)
        elif isinstance(value, Mapping):
            found += [item for item in value.values() if isinstance(item, Metric) and item not in found]
    return tuple(found)
