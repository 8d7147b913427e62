"""Kinds of collapse in words, as terminal, log and drawings say them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from store.kinds.diagnostics_collapse import KIND_NAMES, CollapseKind
from tasks.diagnostics.judgement import FEWEST_IMAGES, listed


def places_in_words(places: Sequence[str]) -> str:
    """Names such as `vision/01` as `vision layers 1 and 2`."""
    by_role: dict[str, list[str]] = {}
    for role, _, layer in (place.partition("/") for place in places):
        by_role.setdefault(role, []).extend([str(int(layer))] if layer else [])
    found = [
        f"{role} layer{'s' if len(layers) > 1 else ''} {listed(layers)}" if layers else role
        for role, layers in by_role.items()
    ]
    return listed(found)


def kinds_in_words(collapsed: Mapping[CollapseKind, Sequence[str]], too_few: bool = False) -> str:
    """Kinds with their places, that none was found of those that were looked for, or that inputs were too few."""
    if too_few:
        return f"in too few images to tell kinds of collapse, which takes {FEWEST_IMAGES}"
    if not collapsed:
        return f"neither {', '.join(KIND_NAMES[:-1])} nor {KIND_NAMES[-1]}"
    return "; ".join(f"{kind} in {places_in_words(places)}" for kind, places in collapsed.items())
