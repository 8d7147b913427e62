"""Samples of different lengths packed one after another into a single sequence, seen in runs of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from store.errors import GonogoError
from tasks.diagnostics.attention.entropy import Rows
from tasks.diagnostics.reduction import Statistics, statistics

if TYPE_CHECKING:
    from torch import Tensor


class Packed:
    """The calls of one site, each over a run of the packed sequence: a whole sample, or a window of it."""

    def __init__(self, lengths: Tensor, site: str) -> None:
        self._ends = lengths.cumsum(0).tolist()
        self._site = site
        self._runs: list[tuple[int, Statistics]] = []
        """(queries, statistics) of each call."""

    def add(self, rows: Rows) -> None:
        """Keep a run; runs come in the order of the sequence. A batch of equal runs counts as that many."""
        for run in range(rows.entropy.shape[0]):
            one = Rows(rows.entropy[run : run + 1], rows.attendable[run : run + 1])
            self._runs.append((one.entropy.shape[-1], statistics(one, 1, None, self._site)))

    def statistics(self) -> Statistics:
        """Means over the runs of each sample, weighted by their queries, [samples, heads].

        Raises GonogoError when a run crosses from one sample into the next, or some are missing.
        """
        import torch

        whole: list[list[tuple[int, Statistics]]] = [[] for _ in self._ends]
        at = sample = 0
        for queries, found in self._runs:
            at += queries
            while sample < len(self._ends) and at > self._ends[sample]:
                sample += 1
            begins = self._ends[sample - 1] if sample else 0
            if sample == len(self._ends) or at - queries < begins:
                raise GonogoError(f"{self._site}: its runs of attention do not fit the lengths of the samples")
            whole[sample].append((queries, found))
        if at != self._ends[-1]:
            raise GonogoError(f"{self._site}: attention was seen for {at} of {self._ends[-1]} positions")
        names = self._runs[0][1]
        return {
            name: torch.cat(
                [sum(n * found[name] for n, found in runs) / sum(n for n, _ in runs) for runs in whole]  # type: ignore[misc]
            )
            for name in names
        }
