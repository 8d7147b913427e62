"""Where the attention sites of a measurement are: role and layer, as its log names them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from store.evidence import Evidence
from store.kinds.diagnostics import DiagnosticFacts
from store.kinds.diagnostics_metrics import HEAD_ENTROPY_NORM
from store.models import LAYER_ROLES
from store.task.state import Task

ROLES: tuple[str, ...] = LAYER_ROLES
"""Roles whose sites are layers, in the order in which reports show them."""

SITES = DiagnosticFacts.template("sites")
"""The label of a fact that tells where a site is."""


@dataclass(frozen=True, slots=True)
class SitePlace:
    """A role, and the layer within it."""

    role: str
    """One of ROLES, `pooling`, or empty where the log lacks it."""
    layer: int | None
    """None for a pooling head, which is no layer."""

    @property
    def key(self) -> str:
        """As metrics and facts name it: `vision/03`, or `pooling`."""
        return self.role if self.layer is None else f"{self.role}/{self.layer:02d}"

    @property
    def order(self) -> tuple[int, int]:
        """Sort key: roles in the order of ROLES, then pooling heads."""
        return (ROLES.index(self.role) if self.role in ROLES else len(ROLES), -1 if self.layer is None else self.layer)


def places(task: Task) -> Mapping[str, SitePlace]:
    """Site -> its place, by the facts of the task; empty in logs that are older than such facts."""
    return {site: _read(text) for site, text in DiagnosticFacts.read(task.facts).sites.items()}


def heads(task: Task) -> Mapping[str, Mapping[int, Evidence]]:
    """Site -> head -> its normalised entropy; empty where the log has none."""
    found: dict[str, dict[int, Evidence]] = {}
    for key, item in task.values(HEAD_ENTROPY_NORM):
        found.setdefault(key["site"], {})[int(key["head"])] = item
    return found


def collapsed(task: Task) -> frozenset[str]:
    """Keys of the layers that the task found collapsed against its null of random initialisation."""
    return DiagnosticFacts.read(task.facts).collapsed


def _read(text: str) -> SitePlace:
    role, _, layer = text.partition("/")
    if role in ROLES and layer.isdecimal():
        return SitePlace(role, int(layer))
    return SitePlace(role if role == "pooling" else "", None)
