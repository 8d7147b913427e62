"""A model under measurement: its passes run under the tap, batch after batch, and everything that is seen is kept."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from typing import TYPE_CHECKING

from tasks.diagnostics.families.model import Pass, VisionLanguageModel
from tasks.diagnostics.gates import Gates
from tasks.diagnostics.maps.capture import MapCapture, PassCapture
from tasks.diagnostics.maps.site_maps import Maps
from tasks.diagnostics.recording import Batch, Record
from tasks.diagnostics.reduction import GATED_INFLUENCE
from tasks.diagnostics.site_layout import SiteLayout
from tasks.stopwatch import stopwatch_of

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from PIL.Image import Image

    from tasks.diagnostics.attention.calls import AttentionCall
    from tasks.diagnostics.intervention.steering import Changes

PLAIN_BATCHES = 2
"""Batches that are also run without the tap, to time the model itself."""


class Measuring:
    """Measures a model, with its attention changed at some sites if that is asked for.

    `rows` is how many of a site's image rows are measured, each sample's own; None: all. The maps of so many images as
    `maps_of` says, the first ones, are captured too, each with the first of its captions.
    """

    def __init__(
        self,
        model: VisionLanguageModel,
        layout: SiteLayout,
        changes: Changes | None = None,
        rows: int | None = None,
        maps_of: int = 0,
    ) -> None:
        self.model = model
        self.rows = rows
        self._maps_of = maps_of
        self._capture = MapCapture(model, [spot.name for spots in layout.roles.values() for spot in spots])
        self._gates = layout.gates
        self.record = Record(model)
        self.blind: set[str] = set()
        self.cut = 0
        """Captions of which only the beginning was read."""
        self.plain_s: list[float] = []
        """Seconds per image-caption pair of batches without the tap."""
        self.tapped_s: list[float] = []
        self._changes = changes or {}
        self._clock = stopwatch_of(model.device)

    def measure(self, images: Sequence[Image], captions: Sequence[Sequence[str]]) -> None:
        """Measure a batch of images with their captions, and time the first batches without the tap too."""
        passes = self.model.passes(images, captions)
        if len(self.plain_s) < PLAIN_BATCHES:
            if not self.plain_s:
                self._plainly(self.model.passes(images[:1], captions[:1]))  # warm up
            self.plain_s.append(sum(self._plainly(passes)))
        self.run(len(images), passes)

    def run(self, images: int, passes: Sequence[Pass]) -> None:
        """Measure prepared passes over some images; what is seen is kept only when all of them went well."""
        seconds, batches, captured = 0.0, [], list[PassCapture]()
        for work in passes:
            each = work.samples // max(1, images)
            watched = self._capture.of(work, each) if self.record.images < self._maps_of else None
            captured += [watched] if watched is not None else []
            taken, batch = self.tapped(work, self.record.images * each, watched)
            seconds += taken
            batches.append(batch)
        self.record.add(images, batches)
        self._capture.keep(captured)
        self.cut += sum(work.cut for work in passes)
        self.tapped_s.append(seconds)

    def search_sinks(self, images: int, passes: Sequence[Pass]) -> None:
        """Look for sinks in passes over some images, before maps are captured."""
        from tasks.diagnostics.attention.tap import AttentionTap

        searched = [self._capture.search(work, work.samples // max(1, images)) for work in passes]
        for watched in searched:
            with AttentionTap(self.model.module, watched), watched, self._changed():
                watched.work.run()
        self._capture.keep(searched)

    def tapped(self, work: Pass, first: int = 0, watched: PassCapture | None = None) -> tuple[float, Batch]:
        """Run one pass under the tap: seconds per sample, and what was seen, which is not kept here.

        `first` is how many samples of such passes came before; `watched` is shown every call as well.
        """
        from tasks.diagnostics.attention.tap import AttentionTap

        batch = Batch(self.model, work, self.rows, first)

        def see(call: AttentionCall) -> None:
            batch(call)
            if watched is not None:
                watched(call)

        tap = AttentionTap(self.model.module, see, None if watched is None else watched.values)
        gates = Gates(self.model.module, self._gates, work.samples, batch.counts)
        with gates, tap, watched or nullcontext(), self._changed():
            seconds = self._clock(work.run)
        self.blind.update(tap.blind)
        batch.put(GATED_INFLUENCE, gates.ratios)
        return seconds / work.samples, batch

    @property
    def maps(self) -> Maps:
        """What was captured of the maps."""
        return self._capture.maps()

    def _plainly(self, passes: Sequence[Pass]) -> list[float]:
        with self._changed():
            return [self._clock(work.run) / work.samples for work in passes]

    def _changed(self) -> AbstractContextManager[object]:
        from tasks.diagnostics.intervention.steering import Steering

        return Steering(self.model.module, self._changes) if self._changes else nullcontext()
