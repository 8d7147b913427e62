"""The per-image values of several models, read from their `samples.npz` files and joined on the images they share."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.lib.npyio import NpzFile
from numpy.typing import NDArray

from store.errors import BadInput
from store.specs import Source
from tasks.statistics.intervals import Floats
from tasks.statistics.shared_error import Reference, reference

ImageIds = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Joined:
    """One metric of every model on the same images. Independent of the order in which the sources were given."""

    image_ids: ImageIds
    """Shape [n], ascending, without repetition."""
    values: Mapping[str, Floats]
    """By model id, in the order of the ids: values of shape [n], NaN where a model has none for an image."""
    references: Mapping[str, Reference] = field(default_factory=dict)
    """By model id: the estimated null that its values are losses against, where they are losses."""


def load_samples(sources: Sequence[Source], metric: str, artifact: Callable[[str], Path]) -> Joined:
    """Read `metric` of every source through `artifact`, join the looks of each model, then the models.

    A file holds `image_ids`, int64 of shape [n], and each metric, float64 of shape [n], by name; of a metric that is a
    loss against a null, `null/METRIC` holds the draws of the null, float64 of shape [the first m images, draws]. Raises
    BadInput, naming the model, when a file is not of that form or lacks the metric, an image occurs twice in a model,
    or two models were not measured on the same images; IntegrityFailure when an artifact is missing or altered.
    """
    looks: dict[str, list[tuple[ImageIds, Floats]]] = {}
    nulls: dict[str, list[Floats]] = {}
    for source in sources:
        ids, values, null = _read(artifact(source.digest), source, metric)
        looks.setdefault(source.model_id, []).append((ids, values))
        if null is not None:
            nulls.setdefault(source.model_id, []).append(null)
    joined = join_models({model: _join_looks(model, looks[model]) for model in sorted(looks)})
    return replace(joined, references={model: _reference(model, nulls[model]) for model in sorted(nulls)})


def join_models(models: Mapping[str, tuple[ImageIds, Floats]]) -> Joined:
    """Join (image ids, values) of every model, each of shape [n]; raises BadInput when the sets of ids differ."""
    if not models:
        raise BadInput("no samples to compare")
    first, *others = models
    ids = np.sort(models[first][0])
    if ids.size == 0:
        raise BadInput(f"model {first}: its samples hold no image")
    for other in others:
        odd = np.setxor1d(ids, models[other][0])
        if odd.size:
            has, lacks = (first, other) if odd[0] in ids else (other, first)
            raise BadInput(
                f"models {first} and {other} were not measured on the same images: image {odd[0]} is in the samples of "
                f"{has} but not of {lacks}, one of {odd.size} such; measure both on the same data"
            )
    return Joined(ids, {model: values[np.argsort(own)] for model, (own, values) in models.items()})


def _join_looks(model: str, looks: Sequence[tuple[ImageIds, Floats]]) -> tuple[ImageIds, Floats]:
    ids = np.concatenate([ids for ids, _ in looks])
    found, times = np.unique(ids, return_counts=True)
    if found.size < ids.size:
        again = found[times > 1]
        raise BadInput(
            f"model {model}: image {again[0]} occurs twice in its samples, as do {again.size} images in all; "
            "the looks of a model must not overlap"
        )
    return ids, np.concatenate([values for _, values in looks])


def _reference(model: str, looks: Sequence[Floats]) -> Reference:
    """The null of all looks, [images, draws] each.

    Every look draws with the same seeds from the first on, so that the draws which all have are of one null.
    """
    draws = min(null.shape[1] for null in looks)
    try:
        return reference(np.concatenate([null[:, :draws] for null in looks]).T)
    except ValueError as error:
        raise BadInput(f"model {model}: {error}") from None


def _read(path: Path, source: Source, metric: str) -> tuple[ImageIds, Floats, Floats | None]:
    """Image ids, values of `metric` and draws of its null in one file, which is never unpickled."""
    name = f"samples of model {source.model_id} (task {source.task_id})"
    try:
        archive = np.load(path, allow_pickle=False)
        if not isinstance(archive, NpzFile):
            raise BadInput(f"{name}: a single array, not an npz archive")
        with archive:
            missing = [wanted for wanted in ("image_ids", metric) if wanted not in archive.files]
            if missing:
                raise BadInput(f"{name}: no array {missing[0]!r}; there are {', '.join(sorted(archive.files))}")
            ids, values, key = archive["image_ids"], archive[metric], f"null/{metric}"
            null = archive[key] if key in archive.files else None
    except (ValueError, EOFError, zipfile.BadZipFile) as error:
        raise BadInput(f"{name}: not a readable npz archive of plain arrays ({error})") from error
    if ids.ndim != 1 or ids.dtype.kind not in "iu" or values.shape != ids.shape or values.dtype.kind != "f":
        raise BadInput(
            f"{name}: {metric!r} must hold one float for each of the integer image_ids, but is {values.dtype} "
            f"{list(values.shape)} beside {ids.dtype} {list(ids.shape)}"
        )
    if null is not None and (null.ndim != 2 or len(null) > len(ids) or null.dtype.kind != "f"):
        raise BadInput(f"{name}: {key!r} must hold floats [images, draws] of the first images, not {list(null.shape)}")
    return ids.astype(np.int64), values.astype(np.float64), None if null is None else null.astype(np.float64)
