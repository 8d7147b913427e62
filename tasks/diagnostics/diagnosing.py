"""One diagnosis under way: each part of it, with batches that fit in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from store.kinds import diagnostics_metrics as m
from store.kinds.diagnostics import Method
from store.models import TOWERS, ModelRef
from tasks.diagnostics.alignment import Alignment, alignment
from tasks.diagnostics.datasets import CaptionedImage, Dataset
from tasks.diagnostics.datasets.images import read_image
from tasks.diagnostics.datasets.sample import data_digest
from tasks.diagnostics.families.dual import DualEncoder
from tasks.diagnostics.families.model import VisionLanguageModel
from tasks.diagnostics.harm.judging import Harm, finer_rescues, judge_harm
from tasks.diagnostics.harm.measuring import Performance, jitter, perform
from tasks.diagnostics.harm.task_loss import Task, TaskLoss
from tasks.diagnostics.image_metrics import Metrics, image_metrics
from tasks.diagnostics.intervention.influence import Interventions, measure_influence
from tasks.diagnostics.intervention.mm_shap import MMShap, measure_mm_shap
from tasks.diagnostics.intervention.planting import planted
from tasks.diagnostics.intervention.recalling import memory_of
from tasks.diagnostics.kinds.finding import Kinds, read_kinds
from tasks.diagnostics.loss_verdict import LossVerdict, judge
from tasks.diagnostics.losses import measured_losses
from tasks.diagnostics.maps.sinks import IMAGES as SINK_IMAGES
from tasks.diagnostics.measuring import Measuring
from tasks.diagnostics.nulls.random_init import FIRST_SEED, RandomInit, measure_random_init, summary
from tasks.diagnostics.nulls.shuffled_pairs import Shift, shuffled_embeddings, shuffled_pairs
from tasks.diagnostics.site_layout import SiteLayout, find_layout
from tasks.handler import Progress
from tasks.memory import is_out_of_memory, peak_bytes, reset_peak

if TYPE_CHECKING:
    from PIL.Image import Image

    from tasks.diagnostics.intervention.steering import Changes

T = TypeVar("T")

PAIRS = 32
"""Images, the first of the data, each with its first caption, on which the task is done and modalities are changed.

Interventions on sites take half of them.
"""

NULL_IMAGES = 8
"""Images, the first of the data, on which re-initialised copies are measured: they hardly differ from one another."""

MAP_IMAGES = 64
"""Images, the first of the data, whose maps are captured: the mutual information of key and input needs that many."""


class Diagnosing:
    """One diagnosis under way."""

    def __init__(
        self,
        model: VisionLanguageModel,
        ref: ModelRef,
        dataset: Dataset,
        batch_size: int,
        rows: int | None,
        tell: Progress,
    ) -> None:
        self.model = model
        self.ref = ref
        self.dataset = dataset
        self.batch_size = min(batch_size, len(dataset))
        self.tell = tell
        self.seen: list[tuple[CaptionedImage, str]] = []
        self.peak = self._searched = 0
        self._first: list[tuple[Image, Sequence[str]]] = []
        image, _ = read_image(dataset.samples[0])
        self.layout: SiteLayout = find_layout(model, [image], [dataset.samples[0].captions])
        self.planted: Changes = planted(self.layout, ref.plant) if ref.plant else {}
        self.measuring = Measuring(model, self.layout, self.planted, rows, MAP_IMAGES)
        self.memory = memory_of(model, self.layout, self.planted)
        self.metrics = Metrics()

    def measure(self) -> None:
        """Measure all images."""
        reset_peak(self.model.device)
        while self._searched < min(SINK_IMAGES, len(self.dataset)):
            self.fitting(self._search_batch)
        while len(self.seen) < len(self.dataset):
            self.fitting(self._measure_batch)
            self.tell(len(self.seen), len(self.dataset), "images")
        self.peak = peak_bytes(self.model.device)
        self.metrics = image_metrics(self.measuring.record, self.model.absent)

    def _search_batch(self) -> None:
        part = self.dataset.samples[self._searched : min(SINK_IMAGES, self._searched + self.batch_size)]
        passes = self.model.passes([read_image(one)[0] for one in part], [one.captions for one in part])
        self.measuring.search_sinks(len(part), passes)
        self._searched += len(part)

    def _measure_batch(self) -> None:
        samples = self.dataset.samples[len(self.seen) : len(self.seen) + self.batch_size]
        images, digests = zip(*(read_image(sample) for sample in samples), strict=True)
        self.measuring.measure(images, [sample.captions for sample in samples])
        missing = PAIRS - len(self._first)
        self._first += [(image, s.captions) for image, s in zip(images[:missing], samples, strict=False)]
        self.seen.extend(zip(samples, digests, strict=True))

    def fitting(self, work: Callable[[], T]) -> T:
        """Do some work, and do it again with half the batch as long as memory runs out."""
        while True:
            try:
                return work()
            except (MemoryError, RuntimeError) as error:
                if not is_out_of_memory(error) or self.batch_size == 1:
                    raise
            self.batch_size //= 2
            self.memory.clear()
            told = f"out of memory; going on with batches of {self.batch_size}"
            self.tell(len(self.seen), len(self.dataset), told)

    def random_init(self, how: Method, cache: Path | None, libraries: Mapping[str, str]) -> RandomInit | None:
        """The null of random initialisation, and the loss against it of every role; None where it is left out."""
        seeds = how.nulls
        if not seeds or len(self._first) < 2 or not self._roles:
            return None
        null = measure_random_init(
            self.model,
            self.layout,
            [(len(images), self.model.passes(images, captions)) for images, captions in self._batches(NULL_IMAGES)],
            range(FIRST_SEED, FIRST_SEED + seeds),
            cache,
            data_digest(self.seen[: len(self._first)]),
            libraries,
            lambda done, whole: self.tell(done, whole, "random initialisations"),
            self.measuring.rows,
            None if how.influence == "none" else self._task(),
        )
        for role, values in self._roles.items():
            if role in null.roles and null.roles[role].mean() > 0:
                loss = 1 - values / null.roles[role].mean()
                self.metrics.put(m.ROLE_ENTROPY_LOSS.key(role=role), loss)
        return null

    def shuffled(self) -> dict[str, Shift]:
        """The null of shuffled pairs."""
        if len(self._first) < 2:
            return {}
        if isinstance(self.model, DualEncoder):
            return shuffled_embeddings(self.measuring.record, self.model.absent, len(self._first))
        self.tell(0, 1, "shuffled pairs")
        matched, rows = self.metrics.values, self.measuring.rows
        return shuffled_pairs(self.model, self.layout, list(self._batches()), self.planted, matched, rows)

    def influence(self, how: Method) -> Interventions:
        """The effects of interventions, first on the modalities, then on sites with fewer images."""
        if how.influence == "none" or len(self._first) < 2:
            return Interventions()

        def tell(done: int, whole: int) -> None:
            self.tell(done, whole, "interventions")

        images, captions = self._pairs()
        half = max(2, len(images) // 2)
        return measure_influence(
            self.model,
            self.layout,
            images,
            captions,
            how.influence,
            self.batch_size,
            self.planted,
            tell,
            half,
            self.memory,
        )

    def alignment(self, seed: int) -> Alignment | None:
        """How the embeddings of a dual encoder lie; None for other models."""
        if not isinstance(self.model, DualEncoder) or len(self._first) < 2:
            return None
        with self.memory.recalling(self.model.module, self.planted):
            return alignment(self.model, *self._pairs(), self.batch_size, seed, self.planted)

    def mm_shap(self, pairs: int, seed: int) -> MMShap:
        """Shapley values of the first pairs, each image with the first of its captions."""
        samples = self.dataset.samples[:pairs]
        images, captions = [read_image(one)[0] for one in samples], [one.captions[0] for one in samples]

        def tell(done: int, whole: int) -> None:
            self.tell(done, whole, "pairs shared out to words and cells")

        return measure_mm_shap(self.model, images, captions, self.batch_size, self.planted, seed, tell)

    def kinds(self, null: RandomInit | None) -> Kinds:
        """Kinds of collapse, site by site."""
        roles = {role: [spot.name for spot in spots] for role, spots in self.layout.roles.items()}
        untrained = {} if null is None else {site: float(kl.mean()) for site, kl in null.kl.items()}
        return read_kinds(roles, self.measuring.maps, untrained)

    def performance(self, how: Method, null: RandomInit | None, kinds: Kinds) -> Performance | None:
        """How it does its task on the first images; None where it has none, or no interventions are made."""
        if how.influence == "none" or len(self._first) < 2:
            return None
        images, captions = self._pairs()
        task, jittered = self._task(), Task(self.model, jitter(images), captions, self.batch_size, self.memory)
        learnt = not self.ref.untrained
        found = perform(
            task,
            jittered,
            self.layout,
            self.planted,
            () if null is None else null.floor,
            lambda done, whole: self.tell(done, whole, "attention of roles changed"),
            rescuing=learnt,
        )
        if found is None or not learnt:
            return found
        return finer_rescues(found, task, self.layout, self.planted, kinds)

    def references(self, sound: Iterator[tuple[str, VisionLanguageModel]]) -> dict[str, TaskLoss]:
        """What other models make of the task, by their locator."""
        images, captions = self._pairs()
        found: dict[str, TaskLoss] = {}
        for name, model in sound:
            self.tell(len(found), len(found) + 1, f"the reference {name}")

            def done(model: VisionLanguageModel = model) -> TaskLoss | None:
                return Task(model, images, captions, self.batch_size).loss({})

            if (loss := self.fitting(done)) is not None:
                found[name] = loss
        return found

    def harm(self, found: Performance | None, made: Interventions, how: Method) -> Harm:
        """Whether it does its task worse for the way it attends."""
        why_not = "One pair alone was given." if len(self._first) < 2 else ""
        why_not = "No interventions were asked for." if how.influence == "none" else why_not
        swapped = {} if self.model.coupled else made.rises
        return judge_harm(found, swapped, self.ref.untrained, why_not, made.untried)

    def losses(self, null: RandomInit | None) -> LossVerdict:
        """What the losses of entropy allow to be said."""
        names = [m.ROLE_ENTROPY_NORM.key(role=tower) for tower in TOWERS]
        reasons = [self.metrics.undefined[name] for name in names if name in self.metrics.undefined]
        undefined = "; ".join(dict.fromkeys(reasons)) or None
        found = None if null is None else measured_losses(self.measuring.record, null)
        return judge(found, len(self.dataset), self.ref.untrained, undefined, sorted(self.measuring.blind))

    def _task(self) -> Task:
        return Task(self.model, *self._pairs(), self.batch_size, self.memory)

    @cached_property
    def _roles(self) -> dict[str, np.ndarray[tuple[int], np.dtype[np.float64]]]:
        """Normalised entropy of the roles that could be measured, [images]."""
        roles, _ = summary(self.measuring.record)
        return {role: values for role, values in roles.items() if np.isfinite(values).all()}

    def _pairs(self) -> tuple[list[Image], list[str]]:
        """The first images, each with the first of its captions."""
        return [image for image, _ in self._first], [texts[0] for _, texts in self._first]

    def _batches(self, images: int = PAIRS) -> Iterator[tuple[list[Image], list[Sequence[str]]]]:
        first = self._first[:images]
        for start in range(0, len(first), self.batch_size):
            part = first[start : start + self.batch_size]
            yield [image for image, _ in part], [captions for _, captions in part]
