"""What the tap saw of a model, reduced call by call and kept for every sample and head, batch after batch."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

import numpy as np

from store.models import Role
from tasks.diagnostics.attention.calls import AttentionCall, Projected
from tasks.diagnostics.attention.entropy import Groups, Rows, check_finite, measure
from tasks.diagnostics.attention.sampling import RowSample, sampled, standard_error
from tasks.diagnostics.families.model import IMAGE, PADDING, SPECIAL, TEXT, Pass, Tokens, VisionLanguageModel
from tasks.diagnostics.measures import Floats
from tasks.diagnostics.packing import Packed
from tasks.diagnostics.reduction import GROUPS, Statistics, statistics

if TYPE_CHECKING:
    from torch import Tensor


class Batch:
    """The sites of one pass, in the order of their calls. A sink of the tap.

    What is the same for all calls is found once, and what is seen is fetched at the end, as a GPU would have to be
    waited for. `first` is how many samples came before those of the pass: their rows are drawn by their numbers.
    """

    def __init__(self, model: VisionLanguageModel, work: Pass, rows: int | None = None, first: int = 0) -> None:
        self._model = model
        self._work = work
        self._rows = rows
        self._first = first
        self._drawn: dict[tuple[str, int], RowSample | None] = {}
        """(sequence of the queries, its length) -> the rows of each sample."""
        self._groups = {name: _groups(tokens) for name, tokens in work.sequences.items()}
        self._lengths = {
            name: tokens.lengths.cpu() for name, tokens in work.sequences.items() if tokens.lengths is not None
        }
        self._packed: dict[str, Packed] = {}
        self._seen: dict[str, Statistics] = {}
        self._entropies: dict[str, Tensor] = {}
        """Sum over all rows of a site, to see whether they are finite."""
        self._attending: dict[str, Tensor] = {}
        self.errors: dict[str, Tensor] = {}
        """Site -> standard error, nats, of its mean entropy, where not all of its rows were measured."""

    def __call__(self, call: AttentionCall) -> None:
        """Measure a call, and keep its statistics."""
        place = self._model.place(call.site)
        if place.queries in self._lengths:
            if call.site not in self._packed:
                self._packed[call.site] = Packed(self._lengths[place.queries], call.site)
            self._packed[call.site].add(self._measured(call, 1, None))
            return
        queries = self._work.sequences.get(place.queries)
        sample = None if self._rows is None or place.gate else self._sample(call, place.queries, self._rows)
        at = None if sample is None else sample.positions
        rows = self._measured(call, self._work.samples, self._groups.get(place.keys), at)
        if place.gate:
            self._attending[call.site] = (rows.attendable > 0).any(dim=1)
        site, weights = self._fresh(call.site), None
        if sample is not None:
            queries, weights = _picked(queries, sample), sample.weights
            known = None if queries is None or queries.kinds is None else queries.kinds != PADDING
            self.errors[site] = standard_error(rows, sample, known)
        self._seen[site] = statistics(rows, self._work.samples, queries, call.site, weights)

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
        """What was seen, by site, on the CPU.

        Raises GonogoError where scores were not finite, and where a packed site did not cover its samples.
        """
        check_finite(self._entropies)
        return _fetched(self._seen | {site: packed.statistics() for site, packed in self._packed.items()})

    def _measured(
        self, call: AttentionCall, samples: int, groups: Groups | None, queries: Tensor | None = None
    ) -> Rows:
        rows = measure(call, samples, groups, queries=queries, check=False)
        whole = rows.entropy.sum()
        self._entropies[call.site] = self._entropies[call.site] + whole if call.site in self._entropies else whole
        return rows

    def _sample(self, call: AttentionCall, sequence: str, rows: int) -> RowSample | None:
        """The same rows for all sites whose queries are a sequence, drawn once."""
        whole = call.q if isinstance(call, Projected) else call.scores
        key = (sequence, whole.shape[-2])
        if key not in self._drawn:
            tokens = self._work.sequences.get(sequence)
            found = _sample(tokens, whole.shape[-2], self._work.samples, rows, self._first)
            self._drawn[key] = None if found is None else found.to(whole.device)
        return self._drawn[key]

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
        self._errors: dict[str, list[tuple[int, float]]] = {}
        self.images = 0

    def add(self, images: int, batches: list[Batch]) -> None:
        """Keep what the passes of `images` more images saw; all of it or, where `Batch.sites` raises, nothing."""
        seen = [batch.sites for batch in batches]
        self.images += images
        for site, found in (item for sites in seen for item in sites.items()):
            kept = self._parts.setdefault(site, {})
            for name, value in found.items():
                kept.setdefault(name, []).append(value)
        for batch in batches:
            for site, error in batch.errors.items():
                self._errors.setdefault(site, []).append((images, float(error)))

    def with_next(self, images: int, roles: Collection[Role]) -> Record:
        """The first `images` alone, each with what was seen of the next one at the sites of some roles.

        That is a record of other pairs, where nothing but the pairing brings those roles and the others together.
        """
        import torch

        other = Record(self._model)
        other.images = images
        for site, seen in self._parts.items():
            whole = {name: torch.cat(parts) for name, parts in seen.items()}
            each = {name: value.view(self.images, -1, value.shape[1])[:images] for name, value in whole.items()}
            if self.role(site) in roles:
                each = {name: value.roll(-1, 0) for name, value in each.items()}
            other._parts[site] = {name: [value.flatten(0, 1)] for name, value in each.items()}
        return other

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

    def sampling_error(self, site: str) -> float:
        """Standard error, nats, of a site's mean entropy that comes of the rows that were not measured; 0 without any.

        Every sample has rows of its own, so that variances are added up. Intervals over images hold it already.
        """
        errors = self._errors.get(site, [])
        return math.hypot(*(images * error for images, error in errors)) / self.images if errors else 0.0

    def values(self, site: str, statistic: str) -> Floats:
        """[samples, heads] of a site."""
        return np.concatenate([part.numpy() for part in self._parts[site][statistic]])

    def by_image(self, site: str, statistic: str) -> Floats:
        """[images, heads] of a site: the mean over the captions of each image."""
        values = self.values(site, statistic)
        return np.asarray(values.reshape(self.images, -1, values.shape[1]).mean(axis=1))


def _sample(queries: Tokens | None, length: int, samples: int, rows: int, first: int) -> RowSample | None:
    """Rows of image tokens, or of tokens that are not told apart; text, special tokens and what is read out stay.

    Padding counts nowhere, and is neither.
    """
    import torch

    kept, others = torch.zeros(length, dtype=torch.bool), torch.ones(samples, length, dtype=torch.bool)
    if queries is not None and queries.kinds is not None:
        kinds = queries.kinds.cpu()
        if kinds.shape[-1] != length:
            return None  # which is told where all rows are reduced
        kept |= ((kinds == TEXT) | (kinds == SPECIAL)).any(dim=0)
        others = kinds == IMAGE
    if queries is not None and queries.readout is not None:
        kept[queries.readout.cpu()] = True
    return sampled(kept, others, rows, first)


def _picked(queries: Tokens | None, sample: RowSample) -> Tokens | None:
    """What the rows of a sample are."""
    import torch

    if queries is None:
        return None
    kinds = None if queries.kinds is None else queries.kinds.gather(1, sample.positions)
    readout = None if queries.readout is None else torch.searchsorted(sample.positions, queries.readout[:, None])[:, 0]
    return Tokens(kinds, readout)


def _fetched(sites: Mapping[str, Statistics]) -> dict[str, Statistics]:
    """The same on the CPU, by one copy for all."""
    import torch

    values = [value for found in sites.values() for value in found.values()]
    if not values:
        return {}
    whole = torch.cat([value.flatten() for value in values]).cpu()
    copied = iter(torch.split(whole, [value.numel() for value in values]))
    return {
        site: {name: next(copied).view(value.shape) for name, value in found.items()} for site, found in sites.items()
    }


def _groups(keys: Tokens) -> Groups | None:
    return None if keys.kinds is None else Groups(keys.kinds.where(keys.kinds != PADDING, SPECIAL).long(), GROUPS)
