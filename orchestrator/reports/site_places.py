"""Where the attention sites of a measurement are: role and layer, as its log names them. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from store.evidence import Evidence
from store.task.state import Task

ROLES = ("vision", "text", "vision_stream", "text_stream", "fusion", "cross", "cross_reverse")
"""Roles whose sites are layers, in the order in which reports show them."""

_SITE = "Site "
_HEAD = re.compile(r"site/(.+)/head/(\d+)/entropy_norm")


@dataclass(frozen=True, slots=True)
class SitePlace:
    """A role, and the layer within it."""

    role: str
    """One of ROLES, `pooling`, or empty where the log does not say."""
    layer: int | None
    """None for what is no layer: a pooling head."""

    @property
    def key(self) -> str:
        """As metrics and facts name it: `vision/03`, or `pooling`."""
        return self.role if self.layer is None else f"{self.role}/{self.layer:02d}"

    @property
    def order(self) -> tuple[int, int]:
        """Sorts roles as ROLES does, and what is no layer last."""
        return (ROLES.index(self.role) if self.role in ROLES else len(ROLES), -1 if self.layer is None else self.layer)


def is_place(label: str) -> bool:
    """True for the label of a fact that tells where a site is; tables by site show those."""
    return label.startswith(_SITE)


def places(task: Task) -> Mapping[str, SitePlace]:
    """Site -> its place, by the facts of the task; empty in logs that are older than such facts."""
    return {label.removeprefix(_SITE): _read(text) for label, text in task.facts.items() if is_place(label)}


def heads(task: Task) -> Mapping[str, Mapping[int, Evidence]]:
    """Site -> head -> its normalised entropy; empty where the log has none."""
    found: dict[str, dict[int, Evidence]] = {}
    for item in task.evidence:
        if (name := _HEAD.fullmatch(item.metric)) is not None:
            found.setdefault(name[1], {})[int(name[2])] = item
    return found


def collapsed(task: Task) -> frozenset[str]:
    """Keys of the layers that the task found collapsed against its null of random initialisation."""
    return frozenset(filter(None, task.facts.get("Collapsed layers", "").split(", ")))


def _read(text: str) -> SitePlace:
    role, _, layer = text.partition("/")
    if role in ROLES and layer.isdecimal():
        return SitePlace(role, int(layer))
    return SitePlace(role if role == "pooling" else "", None)
