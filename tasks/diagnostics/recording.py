"""What the tap saw of one tower, kept per image and head, batch after batch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tasks.diagnostics.calls import AttentionCall
from tasks.diagnostics.entropy import HeadMeans, head_means, measure
from tasks.diagnostics.families.family import DualEncoder, TowerName
from tasks.diagnostics.measures import Floats

if TYPE_CHECKING:
    from torch import Tensor


class Batch:
    """The sites of one forward pass of one tower, in the order of their calls. A sink of the tap.

    `keep`, boolean [samples, queries], are the rows that count, or None for all; `readout`, [samples], is the position
    of the row that the tower hands on, or None where there is no such row. Pooling heads have rows of their own.
    """

    def __init__(self, model: DualEncoder, samples: int, keep: Tensor | None, readout: Tensor | None) -> None:
        self._model = model
        self._samples = samples
        self._keep = keep
        self._readout = readout
        self.means: dict[str, HeadMeans] = {}
        self.readouts: dict[str, HeadMeans] = {}

    def __call__(self, call: AttentionCall) -> None:
        """Measure a call, and keep its means."""
        rows = measure(call)
        name = self._fresh(call.site)
        pooling = self._model.place(call.site).pooling
        self.means[name] = head_means(rows, self._samples, None if pooling else self._keep, call.site)
        if self._readout is not None and not pooling:
            import torch

            only = torch.arange(rows.entropy.shape[-1], device=rows.entropy.device) == self._readout[:, None]
            self.readouts[name] = head_means(rows, self._samples, only, call.site)

    def _fresh(self, site: str) -> str:
        """A module that attends twice in one pass is two sites."""
        name, calls = site, 1
        while name in self.means:
            calls += 1
            name = f"{site}:{calls}"
        return name


class Tower:
    """The record of one tower over all batches."""

    def __init__(self, model: DualEncoder, name: TowerName) -> None:
        self.name = name
        self._model = model
        self._means: dict[str, list[HeadMeans]] = {}
        self._readouts: dict[str, list[HeadMeans]] = {}

    def add(self, batch: Batch) -> None:
        """Keep what a batch saw."""
        for kept, seen in ((self._means, batch.means), (self._readouts, batch.readouts)):
            for site, means in seen.items():
                kept.setdefault(site, []).append(HeadMeans(*(part.cpu() for part in means)))

    @property
    def sites(self) -> list[str]:
        """All sites, in the order of their calls."""
        return list(self._means)

    @property
    def layers(self) -> list[str]:
        """Sites that are layers of the tower, in order; a pooling head is none."""
        return [site for site in self._means if not self._model.place(site).pooling]

    @property
    def absence(self) -> str:
        """Why the tower has no entropy; empty where it has."""
        if self.layers:
            return ""
        where = " outside its pooling head" if self.sites else ""
        return f"the {self.name} tower has no softmax attention{where}"

    def values(self, site: str, kind: str) -> Floats:
        """[samples, heads] of a site; `kind` is a field of HeadMeans."""
        return _joined(self._means[site], kind)

    def readout(self, kind: str) -> Floats | None:
        """[samples], mean over layers and heads of the row that the tower hands on; None where it has none."""
        if not self._readouts:
            return None
        return np.asarray(np.mean([_joined(parts, kind).mean(axis=1) for parts in self._readouts.values()], axis=0))


def _joined(parts: list[HeadMeans], kind: str) -> Floats:
    at = HeadMeans._fields.index(kind)
    return np.concatenate([part[at].numpy() for part in parts])
