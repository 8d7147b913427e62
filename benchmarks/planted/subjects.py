"""A model in which collapse is planted: its sites, its prepared data, its nulls, and what one run of it shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from benchmarks.planted.pairs import Pairs
from store.kinds import diagnostics_metrics as m
from store.models import ModelRef, Plant
from tasks.diagnostics.diagnosing import NULL_IMAGES
from tasks.diagnostics.families import find_family
from tasks.diagnostics.image_metrics import image_metrics
from tasks.diagnostics.intervention.planting import planted
from tasks.diagnostics.loss_verdict import LossVerdict, judge
from tasks.diagnostics.losses import measured_losses
from tasks.diagnostics.measuring import Measuring
from tasks.diagnostics.nulls.random_init import FIRST_SEED, RandomInit, measure_random_init
from tasks.diagnostics.recording import Batch, Record
from tasks.diagnostics.site_layout import find_layout
from tasks.libraries import versions

TWINS = 8
"""Random initialisations of a null, as `gonogo diagnose` takes."""

MCS_RAW = m.MCS_RAW.key()
VISION_ENTROPY, TEXT_ENTROPY = (m.ROLE_ENTROPY.key(role=tower) for tower in ("vision", "text"))
RAW = (MCS_RAW, VISION_ENTROPY, TEXT_ENTROPY)


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What one run shows."""

    verdict: LossVerdict
    raw: Mapping[str, float]
    """Those of RAW that the model has, means over images."""


class Subject:
    """A loaded model with sets of data that are prepared once, and measured under as many weights as wanted."""

    def __init__(self, locator: str, sets: Sequence[Pairs], cache: Path | None = None) -> None:
        """Load the model, which is trained unless runs are given seeds; `cache` is a folder for nulls."""
        import torch

        ref = ModelRef.parse(locator)
        family = find_family(ref.family)
        self.model = family.load(ref, Path.cwd(), 0, torch.device("cpu"))
        self._libraries = versions((*family.packages, "numpy", "pillow"))
        self.sets = sets
        self.passes = [self.model.passes(pairs.images, pairs.captions) for pairs in sets]
        self.layout = find_layout(self.model, sets[0].images[:1], sets[0].captions[:1])
        self._cache = cache
        self._nulls: dict[int, RandomInit] = {}

    def null(self, which: int) -> RandomInit:
        """The null of random initialisation on set number `which`, with the twins that `gonogo diagnose` takes."""
        if which not in self._nulls:
            self._nulls[which] = self.drawn(which, range(FIRST_SEED, FIRST_SEED + TWINS), self._cache)
        return self._nulls[which]

    def drawn(self, which: int, seeds: Sequence[int], cache: Path | None = None) -> RandomInit:
        """A null of other seeds, on as many of the first images as `gonogo diagnose` takes."""
        pairs = self.sets[which]
        images, captions = pairs.images[:NULL_IMAGES], pairs.captions[:NULL_IMAGES]
        batches = [(len(images), self.model.passes(images, captions))]
        return measure_random_init(
            self.model, self.layout, batches, seeds, cache, pairs.name, self._libraries, lambda *_: None
        )

    @contextmanager
    def weights(self, seed: int | None) -> Iterator[None]:
        """For a while, the random weights of a seed; None: the model's own."""
        with nullcontext() if seed is None else self.model.untrained(seed):
            yield


class Bench:
    """A subject on one set of data, under the weights that it has now."""

    def __init__(self, subject: Subject, which: int, null: RandomInit | None = None) -> None:
        self._subject = subject
        self._which = which
        self._null = null or subject.null(which)
        plain = Measuring(subject.model, subject.layout)
        self._plain: list[Batch] = [plain.tapped(work)[1] for work in subject.passes[which]]

    @cached_property
    def unplanted(self) -> Seen:
        """What is seen where nothing is planted."""
        return self._judged(self._plain)

    def planted(self, plant: Plant) -> Seen:
        """What is seen with a plant; passes that hold no planted site stay what they are, and are not run again."""
        changes = planted(self._subject.layout, plant)
        measuring = Measuring(self._subject.model, self._subject.layout, changes)
        return self._judged(
            [
                measuring.tapped(work)[1] if changes.keys() & batch.sites.keys() else batch
                for work, batch in zip(self._subject.passes[self._which], self._plain, strict=True)
            ]
        )

    @property
    def record(self) -> Record:
        """All that was measured, unplanted."""
        return self._recorded(self._plain)

    def _recorded(self, batches: list[Batch]) -> Record:
        record = Record(self._subject.model)
        record.add(len(self._subject.sets[self._which].images), batches)
        return record

    def _judged(self, batches: list[Batch]) -> Seen:
        record = self._recorded(batches)
        found = measured_losses(record, self._null)
        values = image_metrics(record, self._subject.model.absent).values
        raw = {metric: float(values[metric].mean()) for metric in RAW if metric in values}
        return Seen(judge(found, record.images, False, None), raw)
