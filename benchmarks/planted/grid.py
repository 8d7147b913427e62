"""What is planted: tower × layer × head × τ, one unit at a time."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from store.models import LAYER_ROLES, LayerRole, Plant
from tasks.diagnostics.site_layout import SiteLayout

TAUS = (2.0, 4.0, 8.0, 16.0)
"""Factors of the queries."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A layer, or one head of it."""

    tower: LayerRole
    layer: int
    head: int | None = None

    @property
    def name(self) -> str:
        """As losses are named."""
        return f"{self.tower}/{self.layer:02d}" + ("" if self.head is None else f"/{self.head:02d}")

    def plant(self, tau: float) -> Plant:
        """The unit's queries, times `tau`."""
        heads = None if self.head is None else (self.head,)
        return Plant(tower=self.tower, layers=(self.layer,), heads=heads, scale=tau)


def units(
    layout: SiteLayout, layers: Collection[int] | None = None, heads: Collection[int] | None = None
) -> Iterator[Unit]:
    """Every layer of every tower, and every head that can be told apart; or some layers and some heads of theirs."""
    for role in LAYER_ROLES:
        for layer, spot in enumerate(layout.roles.get(role, ())):
            if layers is None or layer in layers:
                yield Unit(role, layer)
                for head in range(spot.heads or 0):
                    if heads is None or head in heads:
                        yield Unit(role, layer, head)
