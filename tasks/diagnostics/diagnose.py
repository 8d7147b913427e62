"""Diagnose one model on some data: measure it, its nulls and its influence, and weigh what was found."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median

import numpy as np

from store.errors import GonogoError
from store.kinds.diagnostics import Method
from store.models import DataRef, ModelRef
from tasks.diagnostics.datasets import Dataset, open_data
from tasks.diagnostics.datasets.sample import data_digest
from tasks.diagnostics.devices import find_device
from tasks.diagnostics.diagnosing import Diagnosing
from tasks.diagnostics.diagnosis import Cost, Diagnosis, Nulls, sites_of
from tasks.diagnostics.families import find_family
from tasks.diagnostics.loading import check_references, load, sound_models
from tasks.diagnostics.precision import full_precision
from tasks.handler import Progress, silent
from tasks.libraries import versions
from tasks.memory import is_out_of_memory


def diagnose(
    model: ModelRef,
    data: DataRef | Dataset,
    workspace: Path,
    batch_size: int = 16,
    seed: int = 0,
    progress: Progress = silent,
    method: Method | None = None,
    cache: Path | None = None,
    references: Sequence[ModelRef] = (),
) -> Diagnosis:
    """Measure the attention of `model` on `data`.

    `batch_size` counts images, and is halved as often as memory runs out; `seed` is that of random weights; `cache` is
    a folder in which nulls are kept for the next time; `references` are sound models that do the same task on the same
    pairs. Raises BadInput for unusable data, weights or plants, Unfit for
    a device that is not here, WeightsUnavailable where weights cannot be had, ImportError where a library is missing,
    and GonogoError when one image does not fit in memory or the scores are not finite.
    """
    import torch

    started = time.perf_counter()
    dataset = data if isinstance(data, Dataset) else open_data(data, workspace)
    family = find_family(model.family, workspace)
    packages = (*family.packages, "numpy", "pillow")
    installed = versions(packages)
    how = method or Method()
    device = find_device(how.device)
    check_references(references, how, workspace)
    progress(0, len(dataset), f"loading {model.locator}")
    try:
        loaded = load(family, model, workspace, seed, device, getattr(torch, how.dtype))
        with torch.inference_mode(), full_precision():
            run = Diagnosing(loaded, model, dataset, batch_size, how.rows, progress)
            run.measure()
            nulls = run.fitting(lambda: run.random_init(how, cache, installed))
            shuffled = run.fitting(run.shuffled)
            kinds = run.kinds(nulls)
            made = run.fitting(lambda: run.influence(how))
            performance = run.fitting(lambda: run.performance(how, nulls, kinds))
            if performance is not None and references:
                sound = sound_models(
                    references, loaded, workspace, seed, device, getattr(torch, how.dtype), model.plant is not None
                )
                performance = replace(performance, references=run.references(sound))
            aligned = run.fitting(lambda: run.alignment(seed))
            shap = run.fitting(lambda: run.mm_shap(how.mm_shap, seed)) if how.mm_shap else None
    except (MemoryError, RuntimeError) as error:
        if not is_out_of_memory(error):
            raise
        raise GonogoError(
            f"{model.locator}: out of memory on {device}, even for one image; take a smaller model"
        ) from error
    metrics = run.metrics
    return Diagnosis(
        model=model,
        provenance=loaded.provenance,
        image_ids=np.array([sample.image_id for sample in dataset.samples], dtype=np.int64),
        captions_per_image=dataset.captions_per_image,
        sites=sites_of(run.measuring.record),
        blind=tuple(sorted(run.measuring.blind)),
        cut=run.measuring.cut,
        values=metrics.values,
        undefined=metrics.undefined,
        nulls=Nulls(nulls, shuffled),
        effects=made.effects,
        task=loaded.task,
        alignment=aligned,
        losses=run.losses(nulls),
        kinds=kinds,
        performance=performance,
        harm=run.harm(performance, made, how),
        mm_shap=shap,
        cost=Cost(
            median(run.measuring.plain_s),
            median(run.measuring.tapped_s),
            run.peak,
            time.perf_counter() - started,
            run.batch_size,
        ),
        parameters=sum(parameter.numel() for parameter in loaded.module.parameters()),
        device=torch.cuda.get_device_name(device) if device.type == "cuda" else "CPU",
        dtype=how.dtype,
        rows=how.rows,
        seed=seed,
        data_digest=data_digest(run.seen),
        versions={package: installed.get(package, "not installed") for package in packages},
    )
