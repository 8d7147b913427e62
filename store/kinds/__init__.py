"""Every kind of task: one module each, listed here. `TaskSpec` is made from the list."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from importlib import import_module
from operator import or_
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from store.kinds.kind import Kind, KindTable, Spec
from store.metrics import FREE, Range

NAMES = ("environment", "literature", "diagnostics", "statistics", "audit", "drafting")
"""Modules of this package that each define a KIND, in the order in which executive agents are asked for work.

The folder of `tasks` that does the work has the same name.
"""

_KINDS: dict[str, Kind] = {name: import_module(f"{__name__}.{name}").KIND for name in NAMES}

KINDS = KindTable(*_KINDS.values())

ROOMS: Mapping[str, str] = {kind.name: name for name, kind in _KINDS.items()}
"""Kind -> the name of its room, here and in `tasks`."""

if TYPE_CHECKING:
    TaskSpec = Spec
else:
    TaskSpec = Annotated[reduce(or_, (kind.spec for kind in KINDS.values())), Field(discriminator="kind")]
    """What a task is asked to do: a union of the specs of all kinds, tagged by `kind`."""


def kind_of(spec: Spec) -> Kind:
    """The kind of a spec."""
    return KINDS[spec.kind]


def range_of(key: str) -> Range:
    """The least and the greatest value of a metric by its key; without bounds where no kind knows the key."""
    metric = KINDS.metric(key)
    return FREE if metric is None else metric.range


def unit_of(key: str) -> str:
    """The unit of a metric by its key; none where no kind knows the key."""
    metric = KINDS.metric(key)
    return "" if metric is None else metric.unit
