"""The null of random initialisation: the same architecture, untrained, several times, on the same images."""

from __future__ import annotations

import hashlib
import json
import uuid
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tasks.diagnostics.families.model import Pass, Role, VisionLanguageModel
from tasks.diagnostics.image_metrics import ROLES, modality, role_mean
from tasks.diagnostics.layout import Layout
from tasks.diagnostics.measures import Floats
from tasks.diagnostics.measuring import Measuring

if TYPE_CHECKING:
    from tasks.diagnostics.recording import Record

_VERSION = 1
"""Raised when the same architecture would give other numbers."""

FIRST_SEED = 1_000_003
"""Seed of the first draw; far from those that people give, so that no model is its own null."""

Batches = Sequence[tuple[int, Sequence[Pass]]]
"""(images, passes over them), batch after batch."""


@dataclass(frozen=True, slots=True, eq=False)
class RandomInit:
    """Normalised entropies of untrained twins of a model."""

    seeds: tuple[int, ...]
    images: int
    roles: Mapping[str, Floats]
    """Role, or modality where it is read from a joint sequence -> [seeds, images], means over layers and heads."""
    sites: Mapping[str, Floats]
    """Site -> [seeds, images, heads]."""


def measure_random_init(
    model: VisionLanguageModel,
    layout: Layout,
    batches: Batches,
    seeds: Sequence[int],
    cache: Path | None,
    data: str,
    tell: Callable[[int, int], None],
) -> RandomInit:
    """Measure an untrained twin of `model` for every seed, or read what an earlier measurement of the same left.

    `data` names the batches' content, such as their digest; `tell` is called with (twins done, twins in all).
    """
    path = cache / f"{_key(model, data, seeds)}.npz" if cache else None
    if path is not None and (kept := _read(path, seeds)) is not None:
        return kept
    draws = []
    for done, seed in enumerate(seeds):
        tell(done, len(seeds))
        with model.untrained(seed):
            twin = Measuring(model, layout)
            for images, passes in batches:
                twin.run(images, passes)
        draws.append(summary(twin.record))
    found = RandomInit(
        tuple(seeds),
        sum(images for images, _ in batches),
        {name: np.stack([roles[name] for roles, _ in draws]) for name in draws[0][0]},
        {site: np.stack([sites[site] for _, sites in draws]) for site in draws[0][1]},
    )
    if path is not None:
        _write(path, found)
    return found


def summary(record: Record) -> tuple[dict[str, Floats], dict[str, Floats]]:
    """Normalised entropy by role, [images], and by site, [images, heads]."""
    roles: dict[str, Floats] = {role: role_mean(record, role, "entropy_norm") for role in ROLES if record.layers(role)}
    either: tuple[Role, ...] = ("vision", "text")
    for name in either:
        found = modality(record, name)
        if found.layers and name not in roles:
            roles[name] = found.mean(record, "entropy_norm").reshape(record.images, -1).mean(axis=1)
    return roles, {site: record.by_image(site, "entropy_norm") for site in record.sites}


def _key(model: VisionLanguageModel, data: str, seeds: Sequence[int]) -> str:
    """SHA-256 of all that decides the numbers: architecture, tokenizer, data, seeds and libraries."""
    config: Any = getattr(model.module, "config", None)
    described = {
        "version": _VERSION,
        "architecture": repr(model.module),
        "config": config.to_json_string() if hasattr(config, "to_json_string") else model.provenance.architecture,
        "shapes": [(name, list(tensor.shape), str(tensor.dtype)) for name, tensor in model.module.state_dict().items()],
        "tokenizer": model.provenance.tokenizer,
        "data": data,
        "seeds": list(seeds),
        "libraries": [version("torch"), version("transformers")],
    }
    return hashlib.sha256(json.dumps(described, sort_keys=True).encode()).hexdigest()


def _read(path: Path, seeds: Sequence[int]) -> RandomInit | None:
    """What is kept, where there is something sound."""
    try:
        with np.load(path, allow_pickle=False) as kept:
            arrays = {name: kept[name] for name in kept.files}
    except (OSError, ValueError, KeyError, zipfile.BadZipFile):
        return None
    split = {
        kind: {name.partition("/")[2]: array for name, array in arrays.items() if name.startswith(f"{kind}/")}
        for kind in ("role", "site")
    }
    return RandomInit(tuple(seeds), int(arrays["images"]), split["role"], split["site"])


def _write(path: Path, found: RandomInit) -> None:
    """Keep what was found; the file appears whole or not at all, and a cache that cannot be written is no harm."""
    partial = path.with_name(f".{path.name}-{uuid.uuid4().hex}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with partial.open("wb") as file:
            np.savez(
                file,
                allow_pickle=False,
                images=np.array(found.images),
                **{f"role/{name}": array for name, array in found.roles.items()},
                **{f"site/{name}": array for name, array in found.sites.items()},
            )
        partial.replace(path)
    except OSError:
        partial.unlink(missing_ok=True)
