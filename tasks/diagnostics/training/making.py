"""From a recipe to a folder: train, keep, read back, score, write the card; the folder appears whole or not at all."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from store.errors import BadInput
from tasks import libraries
from tasks.diagnostics.datasets.shapes import VERSION
from tasks.diagnostics.quiet import quiet
from tasks.diagnostics.training.batches import HELD_OUT, training_seed
from tasks.diagnostics.training.loop import TrainingPlan, TrainingProgress, fit
from tasks.diagnostics.training.recipes import find_recipe
from tasks.diagnostics.zoo import card, folder
from tasks.diagnostics.zoo.card import FILE, Card, Data, Score, Training, read_card
from tasks.libraries import MissingLibraries

if TYPE_CHECKING:
    from tasks.diagnostics.training.recipes.recipe import Recipe

LIBRARIES = ("torch", "torchvision", "transformers", "tokenizers", "safetensors", "open_clip_torch", "timm", "numpy")
SCORED = 500
"""Held-out scenes of a score, where it does not say otherwise."""


def make(name: str, out: Path, seed: int, steps: int | None, on_step: Callable[[TrainingProgress], None]) -> Card:
    """Train a model of the zoo into the folder `out`, and return its card.

    Raises BadInput for an unknown name and for a folder that holds anything but a model that this function wrote, and
    MissingLibraries. An interrupted or failed training leaves everything as it was.
    """
    recipe = find_recipe(name)
    check_out(out)
    versions = installed_versions()
    plan = recipe.plan if steps is None else replace(recipe.plan, steps=steps)
    building = out.parent / f".{out.name}-{uuid.uuid4().hex}"
    try:
        building.mkdir(parents=True)
        made = _build(recipe, building, plan, seed, versions, on_step)
        if out.exists():
            shutil.rmtree(out)
        building.rename(out)
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return made


def check_out(out: Path) -> None:
    """Raises BadInput unless a model may be written to `out`: nothing is lost there but an earlier model."""
    if out.resolve().parent == folder("shapes-clip").resolve().parent:
        raise BadInput(f"{out}: the models that gonogo ships lie there; give another folder with --out")
    if not out.exists():
        return
    if not out.is_dir():
        raise BadInput(f"{out}: is a file; give a folder with --out")
    present = {file.name for file in out.iterdir()}
    if not present:
        return
    try:
        strange = present - {FILE, *read_card(out).files}
    except BadInput:
        strange = present
    if strange:
        raise BadInput(f"{out}: holds {min(strange)}, which no training wrote; give another folder with --out")


def installed_versions() -> dict[str, str]:
    """Versions of the libraries that training needs. Raises MissingLibraries, naming those that are not there."""
    found = libraries.versions(LIBRARIES)
    missing = [library for library in LIBRARIES if library not in found]
    if missing:
        raise MissingLibraries(f"training needs {', '.join(missing)}; {libraries.INSTALL}")
    return found


def _build(
    recipe: Recipe,
    building: Path,
    plan: TrainingPlan,
    seed: int,
    versions: dict[str, str],
    on_step: Callable[[TrainingProgress], None],
) -> Card:
    import torch

    from tasks.diagnostics.families.weights import file_sha256, seeded

    parent = None if recipe.starts_from is None else card(recipe.starts_from)
    weights = None if parent is None else folder(parent.name) / parent.checkpoint
    with seeded(seed), quiet():
        module = recipe.begin(building, weights)
        trained = fit(module, recipe.losses(module, plan, training_seed(seed)), plan, on_step)
        recipe.save(module, building)
        before = recipe.scores(module, HELD_OUT, SCORED)
        after = recipe.scores(recipe.load(building), HELD_OUT, SCORED)
    checkpoint = building / recipe.checkpoint
    made = Card(
        name=recipe.name,
        family=recipe.family,
        architecture=recipe.architecture,
        data=Data(
            version=VERSION,
            training_seed=training_seed(seed),
            scenes=plan.steps * plan.batch,
            held_out_seed=HELD_OUT,
        ),
        training=Training(
            seed=seed,
            steps=plan.steps,
            batch=plan.batch,
            rate=plan.rate,
            minutes=round(trained.minutes, 2),
            cpu_minutes=round(trained.cpu_minutes, 2),
            threads=torch.get_num_threads(),
            final_loss=round(trained.final_loss, 4),
            curve=trained.curve,
        ),
        started_from=None if parent is None else f"vision tower of {parent.name}, SHA-256 {parent.sha256}",
        parameters=sum(parameter.numel() for parameter in module.parameters()),
        checkpoint=recipe.checkpoint,
        bytes=checkpoint.stat().st_size,
        sha256=file_sha256(checkpoint),
        files=tuple(sorted(file.name for file in building.iterdir())),
        scores=tuple(_beside(*pair) for pair in zip(after, before, strict=True)),
        libraries=versions,
    )
    made.write(building)
    return made


def _beside(after: Score, before: Score) -> Score:
    rounded = {"value": round(after.value, 4), "chance": round(after.chance, 4)}
    return after.model_copy(update={**rounded, "before_rounding": round(before.value, 4)})
