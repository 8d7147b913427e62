"""The null of random initialisation: the same architecture, untrained, several times, on the first of the images."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from store.models import LAYER_ROLES, TOWERS
from tasks.diagnostics.families.model import Pass, VisionLanguageModel
from tasks.diagnostics.harm.task_loss import Task, TaskLoss
from tasks.diagnostics.image_metrics import modality, role_mean
from tasks.diagnostics.measures import Floats
from tasks.diagnostics.measuring import Measuring
from tasks.diagnostics.nulls import cache
from tasks.diagnostics.nulls.scores import layer_scores
from tasks.diagnostics.site_layout import SiteLayout

if TYPE_CHECKING:
    from tasks.diagnostics.recording import Record

FIRST_SEED = 1_000_003
"""Seed of the first draw; far from those that people give, so that no model is its own null."""

FLOOR_COPIES = 2
"""Copies whose maps are captured, and that do the task: they hardly differ in either."""

_GROUPS = ("role", "site", "score", "kl", "floor")
"""First parts of the names of cached arrays: what `RandomInit` holds."""

Batches = Sequence[tuple[int, Sequence[Pass]]]
"""(images, passes over them), batch after batch."""


@dataclass(frozen=True, slots=True, eq=False)
class RandomInit:
    """Normalised entropies of re-initialised copies of a model."""

    seeds: tuple[int, ...]
    images: int
    roles: Mapping[str, Floats]
    """Role, or modality where it is read from a joint sequence -> [seeds, images], means over layers and heads."""
    sites: Mapping[str, Floats]
    """Site -> [seeds, images, heads]."""
    scores: Mapping[str, Floats] = field(default_factory=dict)
    """Metric of `scores.layer_scores` that every copy has -> [seeds, images]."""
    kl: Mapping[str, Floats] = field(default_factory=dict)
    """Site -> KL to uniform, nats, mean over heads, of the first FLOOR_COPIES copies, [copies]."""
    floor: tuple[TaskLoss, ...] = ()
    """What those copies make of the task, which is what can be had without having learnt anything."""


def measure_random_init(
    model: VisionLanguageModel,
    layout: SiteLayout,
    batches: Batches,
    seeds: Sequence[int],
    folder: Path | None,
    data: str,
    libraries: Mapping[str, str],
    tell: Callable[[int, int], None],
    rows: int | None = None,
    task: Task | None = None,
) -> RandomInit:
    """Measure a re-initialised copy of `model` per seed, or read what an earlier measurement of the same left.

    Nulls are kept in `folder`, if there is one. `data` names the batches' content, such as their digest, and
    `libraries` the versions of what computes; `rows` is that of `Method`, and `tell` is called with (copies
    done, copies in all). The first copies do the `task`, if there is one.
    """
    path = None
    if folder is not None:
        whole = [work for _, passes in batches for work in passes]
        path = folder / f"{cache.key(model, layout, whole, data, seeds, libraries, rows, task is not None)}.npz"
    if path is not None and (kept := _read(path, seeds)) is not None:
        return kept
    draws, scores, kl = [], [], list[Mapping[str, float]]()
    floor: list[TaskLoss] = []
    for done, seed in enumerate(seeds):
        tell(done, len(seeds))
        with model.untrained(seed):
            at_floor = done < FLOOR_COPIES
            copy = Measuring(model, layout, rows=rows, maps_of=sum(n for n, _ in batches) if at_floor else 0)
            for images, passes in batches:
                copy.run(images, passes)
            if at_floor:
                kl.append({site: float(maps.kl.mean()) for site, maps in copy.maps.sites.items()})
                if task is not None and (loss := task.loss({})) is not None:
                    floor.append(loss)
        draws.append(summary(copy.record))
        scores.append(layer_scores(copy.record, model.absent))
    found = RandomInit(
        tuple(seeds),
        sum(images for images, _ in batches),
        {name: np.stack([roles[name] for roles, _ in draws]) for name in draws[0][0]},
        {site: np.stack([sites[site] for _, sites in draws]) for site in draws[0][1]},
        {name: np.stack([of[name] for of in scores]) for name in scores[0] if all(name in of for of in scores)},
        {site: np.array([of[site] for of in kl]) for site in kl[0] if all(site in of for of in kl)} if kl else {},
        tuple(floor),
    )
    if path is not None:
        _write(path, found)
    return found


def summary(record: Record) -> tuple[dict[str, Floats], dict[str, Floats]]:
    """Normalised entropy by role, [images], and by site, [images, heads]."""
    roles: dict[str, Floats] = {
        role: role_mean(record, role, "entropy_norm") for role in LAYER_ROLES if record.layers(role)
    }
    for name in TOWERS:
        found = modality(record, name)
        if found.layers and name not in roles:
            roles[name] = found.mean(record, "entropy_norm").reshape(record.images, -1).mean(axis=1)
    return roles, {site: record.by_image(site, "entropy_norm") for site in record.sites}


def _read(path: Path, seeds: Sequence[int]) -> RandomInit | None:
    arrays = cache.read(path)
    if arrays is None or "images" not in arrays:
        return None
    roles, sites, scores, kl, floor = (
        {name.partition("/")[2]: array for name, array in arrays.items() if name.startswith(f"{group}/")}
        for group in _GROUPS
    )
    copies = range(len(floor) // 2)
    losses = tuple(TaskLoss(floor[f"{copy}/at"], floor[f"{copy}/beaten"]) for copy in copies)
    return RandomInit(tuple(seeds), int(arrays["images"]), roles, sites, scores, kl, losses)


def _write(path: Path, found: RandomInit) -> None:
    floor = {f"{copy}/at": loss.at for copy, loss in enumerate(found.floor)}
    floor |= {f"{copy}/beaten": loss.beaten for copy, loss in enumerate(found.floor)}
    groups = zip(_GROUPS, (found.roles, found.sites, found.scores, found.kl, floor), strict=True)
    arrays = {f"{group}/{name}": array for group, of in groups for name, array in of.items()}
    cache.write(path, {"images": np.array(found.images), **arrays})
