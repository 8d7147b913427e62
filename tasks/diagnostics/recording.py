"""What the tap saw of a model, reduced call by call and kept for every sample and head, batch after batch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from tasks.diagnostics.attention.calls import AttentionCall
from tasks.diagnostics.attention.entropy import Groups, measure
from tasks.diagnostics.families.model import PADDING, SPECIAL, Pass, Role, Tokens, VisionLanguageModel
from tasks.diagnostics.measures import Floats
from tasks.diagnostics.packing import Packed
from tasks.diagnostics.reduction import GROUPS, Statistics, statistics

if TYPE_CHECKING:
    from torch import Tensor


class Batch:
    """The sites of one pass, in the order of their calls. A sink of the tap."""

    def __init__(self, model: VisionLanguageModel, work: Pass) -> None:
        self._model = model
        self._work = work
        self._packed: dict[str, Packed] = {}
        self._seen: dict[str, Statistics] = {}
        self._attending: dict[str, Tensor] = {}

    def __call__(self, call: AttentionCall) -> None:
        """Measure a call, and keep its statistics."""
        place = self._model.place(call.site)
        queries = self._work.sequences.get(place.queries)
        if queries is not None and queries.lengths is not None:
            self._packed.setdefault(call.site, Packed(queries.lengths, call.site)).add(measure(call, 1))
            return
        keys = self._work.sequences.get(place.keys)
        rows = measure(call, self._work.samples, None if keys is None else _groups(keys))
        if place.gate:
            self._attending[call.site] = (rows.attendable > 0).any(dim=1)
        self._seen[self._fresh(call.site)] = statistics(rows, self._work.samples, queries, call.site)

    def put(self, statistic: str, values: Mapping[str, Tensor]) -> None:
        """Keep one more statistic, [samples, 1], of some sites."""
        for site, value in values.items():
            self._seen[site] = {**self._seen[site], statistic: value}

    def counts(self, site: str) -> Tensor:
        """[samples, positions] of a gated site that has run: queries that are no padding and may attend to a key."""
        tokens = self._work.sequences.get(self._model.place(site).queries)
        attending = self._attending[site]
        return attending if tokens is None or tokens.kinds is None else attending & (tokens.kinds != PADDING)

    @property
    def sites(self) -> dict[str, Statistics]:
        """What was seen, by site. Raises GonogoError where a packed site did not cover its samples."""
        return self._seen | {site: packed.statistics() for site, packed in self._packed.items()}

    def _fresh(self, site: str) -> str:
        """A module that attends twice in one pass is two sites."""
        name, calls = site, 1
        while name in self._seen:
            calls += 1
            name = f"{site}:{calls}"
        return name


class Record:
    """All sites of a model over all batches; arrays are [samples, heads], samples image by image."""

    def __init__(self, model: VisionLanguageModel) -> None:
        self._model = model
        self._parts: dict[str, dict[str, list[Tensor]]] = {}
        self.images = 0

    def add(self, images: int, batches: list[Batch]) -> None:
        """Keep what the passes of `images` more images saw."""
        self.images += images
        for batch in batches:
            for site, found in batch.sites.items():
                kept = self._parts.setdefault(site, {})
                for name, value in found.items():
                    kept.setdefault(name, []).append(value.cpu())

    @property
    def sites(self) -> list[str]:
        """All sites, in the order of their first call."""
        return list(self._parts)

    def role(self, site: str) -> Role:
        """What attention at a site does."""
        return self._model.place(site.partition(":")[0]).role

    def layers(self, role: Role) -> list[str]:
        """The sites of a role, in order: the first is its layer 0."""
        return [site for site in self._parts if self.role(site) == role]

    def statistics(self, site: str) -> list[str]:
        """Names of the statistics of a site."""
        return list(self._parts[site])

    def values(self, site: str, statistic: str) -> Floats:
        """[samples, heads] of a site."""
        return np.concatenate([part.numpy() for part in self._parts[site][statistic]])

    def by_image(self, site: str, statistic: str) -> Floats:
        """[images, heads] of a site: the mean over the captions of each image."""
        values = self.values(site, statistic)
        return np.asarray(values.reshape(self.images, -1, values.shape[1]).mean(axis=1))


def _groups(keys: Tokens) -> Groups | None:
    return None if keys.kinds is None else Groups(keys.kinds.where(keys.kinds != PADDING, SPECIAL).long(), GROUPS)
