"""Where an attention site is: its role, and its layer within the role, as metrics and facts name them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from store.models import LAYER_ROLES

ROLES: tuple[str, ...] = LAYER_ROLES
"""Roles whose sites are layers, in the order in which reports show them."""

_POOLING = "pooling"


@dataclass(frozen=True, slots=True)
class SitePlace:
    """A role, and the layer within it."""

    role: str
    """One of ROLES, `pooling`, or empty where the log lacks it."""
    layer: int | None
    """None for a pooling head, which is no layer."""

    @classmethod
    def read(cls, name: str) -> Self:
        """The place of a name; without role and layer where this version does not know it."""
        role, _, layer = name.partition("/")
        if role in ROLES and layer.isdecimal():
            return cls(role, int(layer))
        return cls(role if role == _POOLING else "", None)

    @property
    def name(self) -> str:
        """Such as `vision/03`, or `pooling`."""
        return self.role if self.layer is None else f"{self.role}/{self.layer:02d}"

    @property
    def order(self) -> tuple[int, int]:
        """Sort key: roles in the order of ROLES, then pooling heads."""
        return (ROLES.index(self.role) if self.role in ROLES else len(ROLES), -1 if self.layer is None else self.layer)


def head_name(layer: str, head: int) -> str:
    """Such as `vision/03/07`, given the name of the layer."""
    return f"{layer}/{head:02d}"
