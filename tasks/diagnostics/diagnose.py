"""Diagnose one model on some data: run both towers under the tap, and turn what was seen into measures."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import numpy as np

from store.errors import BadInput, GonogoError
from store.specs import DataRef, ModelRef
from tasks.diagnostics.datasets import Dataset, Sample, open_data
from tasks.diagnostics.datasets.images import read_image
from tasks.diagnostics.datasets.sample import data_digest
from tasks.diagnostics.diagnosis import Cost, Diagnosis, Site, summarise
from tasks.diagnostics.families import find_family
from tasks.diagnostics.families.weights import UnusableModel
from tasks.diagnostics.image_metrics import Metrics, image_metrics
from tasks.diagnostics.memory import is_out_of_memory, peak_bytes, reset_peak
from tasks.diagnostics.recording import Batch, Tower
from tasks.diagnostics.verdict import Verdict, judge

if TYPE_CHECKING:
    import torch
    from torch import Tensor

    from tasks.diagnostics.families.family import DualEncoder, Family, Texts

Progress = Callable[[int, int, str], None]

PLAIN_BATCHES = 2
"""Batches that are also run without the tap, to time the model itself."""


def diagnose(
    model: ModelRef,
    data: DataRef | Dataset,
    workspace: Path,
    batch_size: int = 16,
    seed: int = 0,
    progress: Progress | None = None,
) -> Diagnosis:
    """Measure the attention of `model` on `data`, in float32, on the first GPU or else the CPU.

    `batch_size` counts images; `seed` is that of random weights. Raises BadInput for unusable data or weights,
    WeightsUnavailable where weights cannot be had, ImportError where a library is missing, and GonogoError when
    memory runs out or the scores are not finite.
    """
    import torch

    started = time.perf_counter()
    dataset = data if isinstance(data, Dataset) else open_data(data, workspace)
    family = find_family(model.family)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    tell = progress or (lambda *_: None)
    tell(0, len(dataset), f"loading {model.locator}")
    try:
        loaded = _load(family, model, workspace, seed, device)
        run = _Measuring(loaded)
        with torch.inference_mode():
            reset_peak(device)
            for batch in dataset.batches(batch_size):
                run.measure(batch)
                tell(len(run.seen), len(dataset), "images")
            peak = peak_bytes(device)
    except (MemoryError, RuntimeError) as error:
        if not is_out_of_memory(error):
            raise
        raise GonogoError(
            f"{model.locator}: out of memory on {device}; set batch_size below {batch_size} or take a smaller model"
        ) from error
    n = len(dataset)
    metrics = image_metrics(run.vision, run.text, n)
    return Diagnosis(
        model=model,
        provenance=loaded.provenance,
        image_ids=np.array([sample.image_id for sample in dataset.samples], dtype=np.int64),
        captions_per_image=dataset.captions_per_image,
        sites=tuple(_site(tower, name, n) for tower in (run.vision, run.text) for name in tower.sites),
        blind=tuple(sorted(run.blind)),
        values=metrics.values,
        undefined=metrics.undefined,
        verdict=_verdict(metrics, n, model.untrained),
        cost=Cost(median(run.plain_s), median(run.tapped_s), peak, time.perf_counter() - started),
        parameters=sum(parameter.numel() for parameter in loaded.module.parameters()),
        device=torch.cuda.get_device_name(device) if device.type == "cuda" else "CPU",
        dtype=str(next(loaded.module.parameters()).dtype).removeprefix("torch."),
        seed=seed,
        batch_size=batch_size,
        data_digest=data_digest(run.seen),
        versions=_versions((*family.packages, "numpy", "pillow")),
    )


def _load(family: Family, model: ModelRef, workspace: Path, seed: int, device: torch.device) -> DualEncoder:
    """Load a model, and say of a failure that it is the model's and not the data's."""
    try:
        return family.load(model, workspace, seed, device)
    except BadInput as error:
        raise UnusableModel(str(error)) from error


class _Measuring:
    """A model under measurement, and all that has been seen of it so far."""

    def __init__(self, model: DualEncoder) -> None:
        self.model = model
        self.vision = Tower(model, "vision")
        self.text = Tower(model, "text")
        self.blind: set[str] = set()
        self.seen: list[tuple[Sample, str]] = []
        self.plain_s: list[float] = []
        self.tapped_s: list[float] = []

    def measure(self, samples: Sequence[Sample]) -> None:
        images, digests = zip(*(read_image(sample) for sample in samples), strict=True)
        pixels = self.model.pixels(images)
        texts = self.model.texts([caption for sample in samples for caption in sample.captions])
        if not self.seen:
            self._plain(pixels[:1], self.model.texts(samples[0].captions[:1]))  # warm up
        if len(self.plain_s) < PLAIN_BATCHES:
            self.plain_s.append(self._plain(pixels, texts))
        self.tapped_s.append(self._tapped(pixels, texts))
        self.seen.extend(zip(samples, digests, strict=True))

    def _plain(self, pixels: Tensor, texts: Texts) -> float:
        encode = self.model.encode_images, self.model.encode_texts
        return self._seconds(lambda: encode[0](pixels), pixels) + self._seconds(lambda: encode[1](texts), texts.ids)

    def _tapped(self, pixels: Tensor, texts: Texts) -> float:
        import torch

        row = self.model.class_row
        class_rows = None if row is None else torch.full((len(pixels),), row, device=pixels.device)
        images = Batch(self.model, len(pixels), None, class_rows)
        captions = Batch(self.model, len(texts.ids), texts.rows, texts.eot)
        seconds = self._under_tap(lambda: self.model.encode_images(pixels), pixels, images)
        seconds += self._under_tap(lambda: self.model.encode_texts(texts), texts.ids, captions)
        self.vision.add(images)
        self.text.add(captions)
        return seconds

    def _under_tap(self, work: Callable[[], Tensor], inputs: Tensor, sink: Batch) -> float:
        from tasks.diagnostics.tap import AttentionTap

        with AttentionTap(self.model.module, sink) as tap:
            seconds = self._seconds(work, inputs)
        self.blind.update(tap.blind)
        return seconds

    def _seconds(self, work: Callable[[], Tensor], inputs: Tensor) -> float:
        """Seconds of some work for each of its inputs."""
        _finish(self.model.device)
        started = time.perf_counter()
        work()
        _finish(self.model.device)
        return (time.perf_counter() - started) / len(inputs)


def _finish(device: torch.device) -> None:
    if device.type == "cuda":
        import torch

        torch.cuda.synchronize(device)


def _site(tower: Tower, name: str, n: int) -> Site:
    entropy, entropy_norm = (
        values.reshape(n, -1, values.shape[1]).mean(axis=1)
        for values in (tower.values(name, "entropy"), tower.values(name, "entropy_norm"))
    )
    layer = tower.layers.index(name) if name in tower.layers else None
    return Site(name, tower.name, layer, entropy, entropy_norm)


def _verdict(metrics: Metrics, n: int, untrained: bool) -> Verdict:
    interval = None
    if "mcs_norm" in metrics.values:
        score = summarise(metrics.values["mcs_norm"])
        interval = None if score.low is None or score.high is None else (score.low, score.high)
    return judge(interval, n, untrained, metrics.undefined.get("mcs_norm"))


def _versions(packages: Sequence[str]) -> dict[str, str]:
    found = {}
    for package in packages:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found
