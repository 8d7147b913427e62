"""Find kinds of collapse in the maps of a model, site by site."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from store.kinds.diagnostics_collapse import KIND_NAMES, CollapseKind, Described
from store.kinds.diagnostics_sites import SitePlace
from store.models import Role
from tasks.diagnostics.judgement import FEWEST_IMAGES
from tasks.diagnostics.kinds import limits
from tasks.diagnostics.maps.site_maps import Maps, Similarity, SiteMaps
from tasks.diagnostics.measures import Floats


@dataclass(frozen=True, slots=True)
class Reading:
    """What was measured of a site for the kinds of collapse."""

    place: SitePlace
    site: str
    maps: SiteMaps | None
    """None where its maps were not looked at."""
    similarity: Similarity | None
    """None where tokens behind its block were not, and for attention over another sequence than its own."""
    untrained: float | None
    """KL to uniform of re-initialised copies, nats; None where they were not measured."""
    why_not: str = ""
    """Why there are no maps."""
    rollout: Floats | None = None
    """[images], normalised entropy of the rollout of its role behind it; None where it was not rolled out."""

    @property
    def found(self) -> tuple[CollapseKind | Described, ...]:
        """The kinds of collapse that the site shows, and whether it has a sink.

        A pooling head, whose query is the same for all inputs, shows none: that of a sound SigLIP looks at the same
        places of all images.
        """
        maps = self.maps
        if self.place.layer is None or maps is None or maps.inputs < FEWEST_IMAGES:
            return ()
        below = {kind: ratio < 1 for kind, ratio in self.ratios.items()}
        sink: tuple[Described, ...] = ("sink",) if float(maps.sink.mean()) > limits.SINK else ()
        # of what is uniform nothing is left to be fixed, or alike in all heads
        asked = ("diffuse", "over-smoothed") if below.get("diffuse") else tuple(below)
        return (*sink, *(kind for kind in KIND_NAMES if kind in asked and below.get(kind)))

    @property
    def ratios(self) -> Mapping[CollapseKind, float]:
        """What was measured over the limit of each kind, which shows below 1; without those that were not measured."""
        found: dict[CollapseKind, float] = {} if self.maps is None else dict(_ratios(self.maps, self.untrained))
        if self.similarity is not None:
            found["over-smoothed"] = self.similarity.within / limits.ONE_TOKEN
        return found


@dataclass(frozen=True, slots=True)
class Kinds:
    """All sites of a model, read for the kinds of collapse."""

    readings: tuple[Reading, ...] = ()
    unrolled: Mapping[Role, str] = field(default_factory=dict)
    """Role that attends within its sequence -> why its attention was not rolled out."""

    @property
    def places(self) -> Mapping[CollapseKind | Described, tuple[str, ...]]:
        """Kind -> names of the places that show it, such as `vision/01`; kinds that none shows are left out."""
        found: dict[CollapseKind | Described, list[str]] = {}
        for reading in self.readings:
            for kind in reading.found:
                found.setdefault(kind, []).append(reading.place.name)
        return {kind: tuple(names) for kind, names in found.items()}

    @property
    def collapsed(self) -> Mapping[CollapseKind, tuple[str, ...]]:
        """The same without what is only described."""
        return {kind: names for kind, names in self.places.items() if kind != "sink"}

    @property
    def unseen(self) -> Mapping[str, str]:
        """Place -> why its maps were not looked at."""
        return {reading.place.name: reading.why_not for reading in self.readings if reading.why_not}

    @property
    def unvalued(self) -> tuple[str, ...]:
        """Places whose maps were looked at, while what their keys hand on was not seen."""
        found = (
            reading.place.name
            for reading in self.readings
            if reading.maps is not None and reading.maps.value_entropy_norm is None
        )
        return tuple(dict.fromkeys(found))

    @property
    def too_few(self) -> bool:
        """Whether maps were looked at, and of too few inputs to tell kinds."""
        inputs = [reading.maps.inputs for reading in self.readings if reading.maps is not None]
        return bool(inputs) and max(inputs) < FEWEST_IMAGES


def read_kinds(roles: Mapping[Role, Sequence[str]], maps: Maps, untrained: Mapping[str, float]) -> Kinds:
    """Read the sites of each role, in the order of its layers; `untrained` is KL to uniform of copies, by site."""
    readings = []
    for role, sites in roles.items():
        own = role not in ("cross", "cross_reverse", "pooling")
        for layer, site in enumerate(sites):
            seen = maps.sites.get(site)
            readings.append(
                Reading(
                    place=SitePlace(role, None if role == "pooling" else layer),
                    site=site,
                    maps=seen,
                    similarity=maps.similarity.get(site) if own else None,
                    untrained=untrained.get(site),
                    rollout=maps.rollout.get(site),
                    why_not="" if seen is not None else maps.unseen.get(site, "its maps were not captured"),
                )
            )
    return Kinds(tuple(readings), maps.unrolled)


def _ratios(maps: SiteMaps, untrained: float | None) -> Iterator[tuple[CollapseKind, float]]:
    kl = float(maps.kl.mean())
    yield "diffuse", kl / max(limits.NEAR_UNIFORM, min(limits.LIKE_UNTRAINED * (untrained or 0.0), limits.AT_MOST))
    yield "peaked", float(maps.entropy.mean()) / maps.narrow
    if not math.isnan(maps.input_share):
        follows = float(maps.input_part.mean())
        yield "static", max(maps.input_share / limits.FIXED, follows / limits.NEAR_OTHERS)
    if len(maps.entropy) > 1 and maps.raw >= limits.NEAR_UNIFORM:
        apart, rest = maps.between_heads, maps.between_rest
        share = max(apart / maps.raw, rest / kl if kl > 0 else 0.0)
        yield "redundant", max(share / limits.AGREEING, max(apart, rest) / limits.NEAR_OTHERS)
