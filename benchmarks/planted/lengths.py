"""How much of the scores of image-caption pairs the length of the caption explains."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import cast

import numpy as np

from benchmarks.planted.pairs import all_kinds
from benchmarks.planted.scores import Floats, r_squared, slope
from benchmarks.planted.subjects import Subject
from benchmarks.planted.sweep import Tell
from store.kinds import diagnostics_metrics as m
from store.models import Plant
from tasks.diagnostics.families.dual import DualEncoder
from tasks.diagnostics.image_metrics import modality
from tasks.diagnostics.intervention.planting import planted
from tasks.diagnostics.measures import mcs
from tasks.diagnostics.measuring import Measuring
from tasks.diagnostics.nulls.random_init import FIRST_SEED

MCS_RAW, MCS_NORM = m.MCS_RAW.key(), m.MCS_NORM.key()
STATISTICS = {MCS_RAW: "entropy", MCS_NORM: "entropy_norm"}


@dataclass(frozen=True, slots=True)
class Measured:
    """A dual encoder whose pairs are scored."""

    locator: str
    models: int
    """Untrained ones, with seeds from 0 on; 0: the trained one."""
    twins: int
    images: int
    """Each with a caption of every kind."""

    @property
    def title(self) -> str:
        """Architecture and weights."""
        name = self.locator.partition(":")[2].partition("@")[0]
        return f"{name}, untrained, {self.models} seeds" if self.models else f"{name}, trained"


@dataclass(frozen=True, slots=True)
class Explained:
    """What ln(tokens) explains of one score."""

    one_line: float
    """R² of one line for all models, each taken less its mean: what holds for any of them."""
    median: float
    """Of the models' own R², which also follow what each happens to make of positions."""
    least: float
    greatest: float
    slope: float
    """Change of the score for e times as many tokens, mean over models."""
    deviation: float
    """Standard deviation over pairs, mean over models."""


@dataclass(frozen=True, slots=True)
class Lengths:
    """One row of the table for each score of one kind of model."""

    title: str
    untrained: bool
    pairs: int
    shortest: int
    longest: int
    """Tokens."""
    scores: Mapping[str, Explained]
    """`mcs_raw`, `mcs_norm`, and the latter less its mean over untrained twins on the same pairs."""
    uniform_raw: float
    """R² of raw MCS under uniform attention."""
    uniform_norm: float
    """Largest distance of mcs_norm from 0.5 under uniform attention."""


LESS_TWINS = "mcs_norm less its twins'"


def lengths(measured: Measured, tell: Tell) -> Lengths:
    """Score all pairs under all weights."""
    import torch

    pairs = all_kinds(measured.images)
    subject = Subject(measured.locator, [pairs])
    model = cast(DualEncoder, subject.model)
    texts = model.texts([caption for of_image in pairs.captions for caption in of_image])
    tokens = (texts.eot.cpu().numpy() + 1).astype(np.float64)
    seeds: list[int | None] = [*range(measured.models)] or [None]
    twins = range(FIRST_SEED, FIRST_SEED + measured.twins)
    steps, done = len(seeds) + len(twins) + 1, iter(range(1, 10**6))

    def scored(seed: int | None, plants: Sequence[Plant] = ()) -> dict[str, Floats]:
        with subject.weights(seed):
            found = _scores(subject, plants)
        tell(next(done), steps, f"{measured.title}: length of captions")
        return found

    with torch.inference_mode():
        nulls = np.mean([scored(seed)[MCS_NORM] for seed in twins], axis=0)
        flat = scored(seeds[0], [Plant(tower="vision", scale=0), Plant(tower="text", scale=0)])
        models = [scored(seed) for seed in seeds]
    for found in models:
        found[LESS_TWINS] = found[MCS_NORM] - nulls
    return Lengths(
        measured.title,
        bool(measured.models),
        len(tokens),
        int(tokens.min()),
        int(tokens.max()),
        {score: _explained(np.log(tokens), [found[score] for found in models]) for score in models[0]},
        r_squared(np.log(tokens), flat[MCS_RAW]),
        float(np.abs(flat[MCS_NORM] - 0.5).max()),
    )


def _scores(subject: Subject, plants: Sequence[Plant]) -> dict[str, Floats]:
    """Both scores of every pair."""
    changes = {site: change for plant in plants for site, change in planted(subject.layout, plant).items()}
    measuring = Measuring(subject.model, subject.layout, changes)
    images = len(subject.sets[0].images)
    measuring.run(images, subject.passes[0])
    record = measuring.record
    vision, text = modality(record, "vision"), modality(record, "text")
    found = {}
    for score, statistic in STATISTICS.items():
        of_texts = text.mean(record, statistic)
        of_images = np.repeat(vision.mean(record, statistic), len(of_texts) // images)
        found[score] = mcs(of_images, of_texts[:, None])
    return found


def _explained(log_tokens: Floats, of_models: Sequence[Floats]) -> Explained:
    r2 = [r_squared(log_tokens, values) for values in of_models]
    centred = np.concatenate([values - values.mean() for values in of_models])
    return Explained(
        r_squared(np.tile(log_tokens, len(of_models)), centred),
        median(r2),
        min(r2),
        max(r2),
        float(np.mean([slope(log_tokens, values) for values in of_models])),
        float(np.mean([values.std() for values in of_models])),
    )
