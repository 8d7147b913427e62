"""The per-image values of several models, read from their `samples.npz` files and joined on the images they share."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.lib.npyio import NpzFile
from numpy.typing import NDArray

from store.errors import BadInput
from store.kinds import diagnostics_metrics as m
from store.kinds import range_of
from store.kinds.diagnostics import null_array
from store.kinds.statistics import Source
from tasks.statistics.intervals import Floats
from tasks.statistics.shared_error import Reference, reference

ImageIds = NDArray[np.int64]

ROUNDING = 1e-5
"""By so much a value in single precision may lie outside its range."""

_BY_LAYER = (
    (m.ROLE_ENTROPY, m.LAYER_ENTROPY),
    (m.ROLE_ENTROPY_NORM, m.LAYER_ENTROPY_NORM),
    (m.ROLE_ENTROPY_LOSS, m.LAYER_ENTROPY_NORM),
)
"""Metrics of a role, and the metric of its layers that is compared over them."""


@dataclass(frozen=True, slots=True, eq=False)
class Joined:
    """One metric of every model on the same images. Independent of the order in which the sources were given."""

    image_ids: ImageIds
    """Shape [n], ascending, without repetition."""
    values: Mapping[str, Floats]
    """By model id, in the order of the ids: values of shape [n], NaN where a model has none for an image."""
    references: Mapping[str, Reference] = field(default_factory=dict)
    """By model id: the estimated null that its values are losses against, where they are losses."""
    layers: Mapping[str, Floats] = field(default_factory=dict)
    """By model id: the metric by layer, shape [layers, n], of models that were measured so in every look."""


@dataclass(frozen=True, slots=True, eq=False)
class _Look:
    """What one file holds of a metric."""

    image_ids: ImageIds
    values: Floats
    """[n]."""
    layers: Floats
    """[layers, n]; no layers where it was not measured by layer."""
    null: Floats | None
    """[images, draws]."""


def load_samples(sources: Sequence[Source], metric: str, artifact: Callable[[str], Path]) -> Joined:
    """Read `metric` of every source through `artifact`, join the looks of each model, then the models.

    A file holds `image_ids`, int64 of shape [n], and each metric, float64 of shape [n], by name; of a metric that is a
    loss against a null, `null_array` names the one with the draws of the null, float64 of shape [the first m images,
    draws]; `layer_arrays` names those of single layers. Raises BadInput, naming the model, when a file is not of that
    form or lacks the metric, an image occurs twice in a model, or two models were not measured on the same images;
    IntegrityFailure when an artifact is missing or altered.
    """
    looks: dict[str, list[_Look]] = {}
    for source in sources:
        looks.setdefault(source.model_id, []).append(_read(artifact(source.digest), source, metric))
    models = {model: _join_looks(model, looks[model]) for model in sorted(looks)}
    joined = join_models({model: (whole.image_ids, whole.values) for model, whole in models.items()})
    nulls = {model: [look.null for look in looks[model] if look.null is not None] for model in models}
    return replace(
        joined,
        layers={
            model: whole.layers[:, np.argsort(whole.image_ids)] for model, whole in models.items() if len(whole.layers)
        },
        references={model: _reference(model, found) for model, found in nulls.items() if found},
    )


def layer_arrays(metric: str, names: Iterable[str]) -> list[str]:
    """Those of the `names` of arrays that hold a metric by layer, from the first layer to the last.

    Of a tower's loss these are its normalised entropies, which rise where the loss falls.
    """
    layers = {name: layer for name in names if (layer := _layer_of(name, metric)) is not None}
    return sorted(layers, key=lambda name: layers[name])


def _layer_of(name: str, metric: str) -> int | None:
    """The layer whose array of a metric has that name; None for any other name."""
    if (score := m.LAYER_SCORE.match(name)) is not None:
        return int(score["layer"]) if score["score"] == metric else None
    for of_role, of_layer in _BY_LAYER:
        role, layer = of_role.match(metric), of_layer.match(name)
        if role is not None and layer is not None and role["role"] == layer["role"]:
            return int(layer["layer"])
    return None


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


def _join_looks(model: str, looks: Sequence[_Look]) -> _Look:
    ids = np.concatenate([look.image_ids for look in looks])
    found, times = np.unique(ids, return_counts=True)
    if found.size < ids.size:
        again = found[times > 1]
        raise BadInput(
            f"model {model}: image {again[0]} occurs twice in its samples, as do {again.size} images in all; "
            "the looks of a model must not overlap"
        )
    depth = {len(look.layers) for look in looks}
    layers = np.concatenate([look.layers for look in looks], axis=1) if len(depth) == 1 else np.empty((0, ids.size))
    return _Look(ids, np.concatenate([look.values for look in looks]), layers, None)


def _reference(model: str, looks: Sequence[Floats]) -> Reference:
    """The null of all looks, [images, draws] each.

    Every look draws with the same seeds from the first on, so that the draws which all have are of one null.
    """
    draws = min(null.shape[1] for null in looks)
    try:
        return reference(np.concatenate([null[:, :draws] for null in looks]).T)
    except ValueError as error:
        raise BadInput(f"model {model}: its draws of the null: {error}") from None


def _read(path: Path, source: Source, metric: str) -> _Look:
    """What one file, which is never unpickled, holds of `metric`."""
    name = f"samples of model {source.model_id} (task {source.task_id})"
    try:
        archive = np.load(path, allow_pickle=False)
        if not isinstance(archive, NpzFile):
            raise BadInput(f"{name}: a single array, not an npz archive")
        with archive:
            missing = [wanted for wanted in ("image_ids", metric) if wanted not in archive.files]
            if missing:
                raise BadInput(f"{name}: no array {missing[0]!r}; there are {', '.join(sorted(archive.files))}")
            ids, values, key = archive["image_ids"], archive[metric], null_array(metric)
            null = archive[key] if key in archive.files else None
            by_layer = [archive[layer] for layer in layer_arrays(metric, archive.files)]
    except (ValueError, EOFError, zipfile.BadZipFile) as error:
        raise BadInput(f"{name}: not a readable npz archive of plain arrays ({error})") from error
    if ids.ndim != 1 or ids.dtype.kind not in "iu":
        raise BadInput(f"{name}: 'image_ids' must hold integers [images], but is {ids.dtype} {list(ids.shape)}")
    if ids.size and ids.max() > np.iinfo(np.int64).max:
        raise BadInput(f"{name}: 'image_ids' holds {ids.max()}, which is beyond 64-bit integers with a sign")
    if ids.size == 0:
        raise BadInput(f"{name}: 'image_ids' is empty, so that no image was measured")
    if values.shape != ids.shape or values.dtype.kind != "f":
        raise BadInput(
            f"{name}: {metric!r} must hold one float for each of the {ids.size} image_ids, but is {values.dtype} "
            f"{list(values.shape)}"
        )
    if np.isinf(values).any():
        raise BadInput(f"{name}: {metric!r} of image {ids[np.isinf(values)][0]} is infinite; measure it anew")
    low, high = range_of(metric)
    beyond = (values < low - ROUNDING) | (values > high + ROUNDING)
    if beyond.any():
        raise BadInput(
            f"{name}: {metric!r} of image {ids[beyond][0]} is {values[beyond][0]:g}, and lies between {low:g} and "
            f"{high:g} by its definition; measure it anew"
        )
    if null is None and m.ROLE_ENTROPY_LOSS.match(metric) is not None:
        raise BadInput(f"{name}: no array {key!r}, so that the error of the null would be left out; measure it anew")
    if null is not None and (null.ndim != 2 or len(null) > len(ids) or null.dtype.kind != "f"):
        raise BadInput(f"{name}: {key!r} must hold floats [images, draws] of the first images, not {list(null.shape)}")
    if null is not None and not np.isfinite(null).all():
        raise BadInput(f"{name}: {key!r} holds a value that is no finite number; measure it anew")
    if any(layer.shape != ids.shape or layer.dtype.kind != "f" for layer in by_layer):
        raise BadInput(f"{name}: {metric!r} by layer must hold one float for each of the image_ids")
    layers = np.array(by_layer, dtype=np.float64).reshape(len(by_layer), ids.size)
    return _Look(
        ids.astype(np.int64), values.astype(np.float64), layers, None if null is None else null.astype(np.float64)
    )
