"""Facts about vision transformers and venues that reports can be held against; of models, see `store.registry`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

_VIT = re.compile(r"\bViT-(?P<size>[A-Za-z]+)[-/ ]?(?P<patch>\d{2})(?:[-/@ ](?P<pixels>\d{3}))?", re.IGNORECASE)
_LAYERS = {"ti": 12, "s": 12, "b": 12, "l": 24, "h": 32}
_USUAL_PIXELS = 224


@dataclass(frozen=True, slots=True)
class Vit:
    """A vision transformer, as its name tells it."""

    name: str
    tokens: int
    """Patches and a class token."""
    layers: int | None
    patch: int
    """Pixels along its side."""

    def at(self, pixels: int) -> Vit:
        """The same for images of another size."""
        return Vit(self.name, (pixels // self.patch) ** 2 + 1, self.layers, self.patch)


def vit_in(text: str) -> Vit | None:
    """The one vision transformer that a text names, at 224 pixels unless it says otherwise.

    Source: Dosovitskiy et al. (2021), arXiv:2010.11929, table 1.
    """
    every = list(_VIT.finditer(text))
    if len(every) != 1:
        return None
    named = every[0]
    pixels, patch = int(named["pixels"] or _USUAL_PIXELS), int(named["patch"])
    if patch < 8 or patch > pixels:
        return None
    return Vit(named[0], (pixels // patch) ** 2 + 1, _LAYERS.get(named["size"].lower()), patch)


@dataclass(frozen=True, slots=True)
class Venue:
    """A conference: the last month in which it is usually held, and in which years."""

    name: str
    month: int
    years: Literal["all", "odd", "even"] = "all"


VENUES = {
    each.name: each
    for each in (
        Venue("WACV", 3), Venue("AAAI", 2), Venue("ICLR", 5), Venue("AISTATS", 5), Venue("ICRA", 6), Venue("CVPR", 6),
        Venue("NAACL", 6), Venue("ICML", 7), Venue("UAI", 8), Venue("ACL", 8), Venue("KDD", 8), Venue("IJCAI", 8),
        Venue("INTERSPEECH", 9), Venue("MICCAI", 10), Venue("ICCV", 10, "odd"), Venue("ECCV", 10, "even"),
        Venue("COLM", 10), Venue("EMNLP", 11), Venue("BMVC", 11), Venue("CoRL", 11), Venue("NeurIPS", 12),
    )
}  # fmt: skip
"""By the calendars on their own pages."""
