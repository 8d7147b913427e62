"""Train members, diagnose each as a user would, and note what was said beside what is known of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.validity.modules import Architecture
from benchmarks.validity.pictures import Data, dataset
from benchmarks.validity.recipes import PLANTS, RECIPES, SOUND, Recipe
from store.kinds.diagnostics import Method
from store.kinds.diagnostics_collapse import CollapseKind
from store.models import ModelRef
from tasks.diagnostics.measures import Floats

FAMILY = "benchmarks.validity.family.Members"
PAIRS, HELD_OUT = 64, 256
"""Pairs of a diagnosis, and others on which it is known how well a member does."""
DIAGNOSED_SEED, HELD_OUT_SEED = 77, 78
STEPS = 320
FIRST_SEED = 101
"""Of members; those from 1 were looked at before limits got their last change."""


@dataclass(frozen=True, slots=True)
class Setting:
    """Members of one architecture and length, trained on one kind of data."""

    architecture: Architecture
    patch: int
    data: Data
    sound: int
    """Seeds of the sound recipe."""
    others: int
    """Seeds of each other recipe, and sound members in which each plant is made."""
    steps: int = STEPS
    """Of training."""
    first: int = FIRST_SEED
    """Seed of the first member."""

    @property
    def keys(self) -> int:
        """Of the vision tower, with the class token."""
        return (32 // self.patch) ** 2 + 1

    @property
    def name(self) -> str:
        """In words."""
        return f"{self.architecture}, {self.keys} keys, {self.data}"


SETTINGS = (
    Setting("dual", 8, "shapes", 6, 2),
    Setting("writer", 8, "stripes", 6, 2),
    Setting("dual", 4, "shapes", 6, 2),
    Setting("dual", 8, "stripes", 6, 2),
    Setting("writer", 8, "shapes", 6, 2),
    Setting("captioner", 8, "shapes", 6, 2),
    Setting("dual", 3, "shapes", 5, 1),
    Setting("matcher", 8, "shapes", 6, 1, 4 * STEPS, 201),
)


@dataclass(frozen=True, slots=True)
class Job:
    """One member: trained, or a sound one in which something is planted."""

    setting: Setting
    recipe: Recipe
    seed: int
    plant: str = ""
    kind: CollapseKind | None = None
    """What it is known to show; None for none."""

    @property
    def is_sound(self) -> bool:
        """Trained soundly, with nothing planted."""
        return self.recipe.name == SOUND.name and not self.plant

    @property
    def file(self) -> str:
        """Of its weights."""
        at = self.setting
        return f"{at.architecture}{at.keys}-{at.data}-{self.recipe.name.replace(' ', '_')}-{self.seed}.safetensors"


@dataclass(frozen=True, slots=True)
class Row:
    """What was said of a member, and what is known of it."""

    job: Job
    kinds: tuple[str, ...]
    """Kinds that were found where it is known to have collapsed, if it has: in vision, or in a writer anywhere."""
    elsewhere: tuple[str, ...]
    """Kinds that were found in other roles."""
    alone: str
    """Harm, without references."""
    beside: str
    """Harm, beside the other sound members of its setting."""
    held_out: float
    """Mean loss on the held-out pairs, nats."""
    harmed: bool
    """Whether that is beyond what sound members have: three standard deviations above their mean."""
    ratios: Mapping[CollapseKind, float]
    """What was measured over the limit of each kind, at the layer that shows it most, as for `kinds`."""
    saved: float
    """Loss that the best other sharpness of a role saves, nats; negative where each adds to it."""
    above: float
    """Mean loss on the pairs of the diagnosis less that of the other sound members, in their standard deviations."""


def jobs(setting: Setting) -> tuple[list[Job], list[Job]]:
    """Members to be trained, and plants in the first of the sound ones."""
    trained = [Job(setting, SOUND, seed) for seed in range(setting.first, setting.first + setting.sound)]
    for recipe in RECIPES:
        if recipe is not SOUND and setting.architecture in recipe.of:
            seeds = range(setting.first, setting.first + setting.others)
            trained += [Job(setting, recipe, seed, kind=recipe.kind) for seed in seeds]
    role = "fusion" if setting.architecture == "writer" else "vision"
    planted = [
        Job(setting, SOUND, seed, f"tower={role},{scale}", kind)
        for scale, kind in PLANTS
        for seed in range(setting.first, setting.first + setting.others)
    ]
    return trained, planted


def measured(
    settings: Sequence[Setting], folder: Path, processes: int, tell: Callable[[str], None]
) -> Iterator[tuple[Row, ...]]:
    """Every member of one setting after another, trained in `folder` where it is not yet there."""
    with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
        for setting in settings:
            for seed, pairs in ((DIAGNOSED_SEED, PAIRS), (HELD_OUT_SEED, HELD_OUT)):
                dataset(setting.data, seed, pairs, folder / "pictures")
            trained, planted = jobs(setting)
            for done, _ in enumerate(pool.map(_train, trained, [folder] * len(trained)), 1):
                tell(f"{setting.name}: {done} of {len(trained)} trained")
            found = list(pool.map(_diagnose, [*trained, *planted], [folder] * (len(trained) + len(planted))))
            tell(f"{setting.name}: {len(found)} diagnosed")
            yield tuple(_rows(found))


def _train(job: Job, folder: Path) -> None:
    import torch

    from benchmarks.validity.training import train

    torch.set_num_threads(1)
    folder.mkdir(parents=True, exist_ok=True)
    path, at = folder / job.file, job.setting
    if not path.exists():
        partial = path.with_suffix(".partial")
        train(job.recipe, at.architecture, at.patch, at.data, job.seed, at.steps, partial)
        partial.rename(path)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a diagnosis found of a member, and how well it does elsewhere."""

    job: Job
    collapsed: Mapping[CollapseKind, tuple[str, ...]]
    ratios: Mapping[str, Mapping[CollapseKind, float]]
    """Place -> what was measured over the limits of kinds."""
    performance: Any
    swapped: Mapping[str, Floats]
    held_out: float


def _diagnose(job: Job, folder: Path) -> Seen:
    import torch

    from tasks.diagnostics.diagnose import diagnose

    torch.set_num_threads(1)
    plant = f"#{job.plant}" if job.plant else ""
    ref = ModelRef.parse(f"{FAMILY}:member@{job.file}{plant}")
    data, method = job.setting.data, Method(nulls=2, influence="modalities")
    own = dataset(data, DIAGNOSED_SEED, PAIRS, folder / "pictures")
    held_out = dataset(data, HELD_OUT_SEED, HELD_OUT, folder / "pictures")
    found = diagnose(ref, own, folder, batch_size=PAIRS, method=method)
    swapped = {effect.kind: effect.loss for effect in found.effects if effect.loss is not None}
    rises = {"image": swapped.get("swap-image"), "text": swapped.get("swap-text")}
    both = {name: rise for name, rise in rises.items() if rise is not None}
    needed = both if job.setting.architecture != "dual" and len(both) == len(rises) else {}
    ratios = {reading.place.name: dict(reading.ratios) for reading in found.kinds.readings}
    return Seen(job, found.kinds.collapsed, ratios, found.performance, needed, _loss(ref, held_out, folder))


def _loss(ref: ModelRef, data: Any, folder: Path) -> float:
    """Mean over pairs, in groups as large as those of a diagnosis."""
    import torch

    from benchmarks.validity.family import Members
    from tasks.diagnostics.datasets.images import read_image
    from tasks.diagnostics.harm.task_loss import Task
    from tasks.diagnostics.intervention.planting import planted
    from tasks.diagnostics.site_layout import find_layout

    model = Members().load(ref, folder, 0, torch.device("cpu"))
    losses = []
    with torch.inference_mode():
        for start in range(0, len(data), 32):
            part = data.samples[start : start + 32]
            images, captions = [read_image(one)[0] for one in part], [one.captions[0] for one in part]
            layout = find_layout(model, images[:1], [captions[:1]])
            made = Task(model, images, captions, 32).loss(planted(layout, ref.plant) if ref.plant else {})
            assert made is not None
            losses.append(made.loss)
    return float(np.concatenate(losses).mean())


def _rows(found: Sequence[Seen]) -> Iterator[Row]:
    from tasks.diagnostics.harm.judging import judge_harm

    sound = {seen.job.seed: seen for seen in found if seen.job.is_sound}
    losses = np.array([seen.held_out for seen in sound.values()])
    limit = losses.mean() + 3 * losses.std(ddof=1)
    for seen in found:
        job = seen.job
        role = "fusion" if job.setting.architecture == "writer" else "vision"
        here, there = (
            tuple(kind for kind, at in seen.collapsed.items() if any(place.startswith(role) is own for place in at))
            for own in (True, False)
        )
        others = {str(seed): other.performance.own for seed, other in sound.items() if other.job.file != job.file}
        performance = replace(seen.performance, twin=None)
        alone = judge_harm(performance, seen.swapped, untrained=False)
        beside = judge_harm(replace(performance, references=others), seen.swapped, untrained=False)
        rescues = [each for place, of in performance.rescues.items() if "/" not in place for each in of]
        saved = max(float((performance.own.tempered - each.loss.tempered).mean()) for each in rescues)
        known = np.array([other.loss.mean() for other in others.values()])
        yield Row(
            job,
            here,
            there,
            alone.label,
            beside.label,
            seen.held_out,
            not job.is_sound and seen.held_out > limit,
            _most(seen, role),
            saved,
            float((performance.own.loss.mean() - known.mean()) / known.std(ddof=1)),
        )


def _most(seen: Seen, role: str) -> dict[CollapseKind, float]:
    """The smallest ratio of each kind among the layers of a role."""
    found: dict[CollapseKind, float] = {}
    for place, ratios in seen.ratios.items():
        if place.startswith(role):
            for kind, ratio in ratios.items():
                found[kind] = min(ratio, found.get(kind, ratio))
    return found
