"""The page that the benchmark writes: what was run, what was to be shown, and what came out."""

from __future__ import annotations

import platform
from importlib.metadata import version

from benchmarks.planted import calibration, goals, sections, tables
from benchmarks.planted.pairs import IMAGES, KINDS, SEED
from benchmarks.planted.prose import paragraph, points
from benchmarks.planted.results import Results
from benchmarks.planted.rows import HIGHEST_MCS, LOWEST_MCS, LOWEST_NATS
from benchmarks.planted.subjects import TWINS
from benchmarks.planted.sweep import ELSEWHERE
from tasks.diagnostics.diagnosing import NULL_IMAGES
from tasks.diagnostics.losses import LOST
from tasks.diagnostics.nulls.random_init import FIRST_SEED

LIBRARIES = ("torch", "open_clip_torch", "transformers", "numpy", "scipy")


def page(results: Results) -> str:
    """The whole page in Markdown."""
    parts = [*_opening(results), *_aims(results)]
    for make in (sections.untrained, sections.large, sections.trained, calibration.alarms, calibration.lengths):
        parts += make(results)
    return "\n\n".join(parts) + "\n"


def _opening(results: Results) -> list[str]:
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    return [
        "# Planted collapse",
        paragraph(
            f"""Made by `{results.command}`; every number and every “met” on this page is computed from its runs.
            gonogo {version("gonogo")}, Python {platform.python_version()}, {libraries}; float32 on a CPU."""
        ),
        paragraph(
            f"""A collapse is planted by multiplying the queries of a layer, or of one of its heads, by τ. Where
            attention is more peaked is then known. Each run sees {IMAGES} generated scenes (`shapes`, seed {SEED}) with
            one caption each; sets take turns, and each has scenes of its own and one of {KINDS} kinds of caption, which
            differ in length. Seeds of planted models count from 0, of unplanted ones from {ELSEWHERE}, of the {TWINS}
            twins of each null from {FIRST_SEED}."""
        ),
        points(
            f"""*Loss*: the share of normalised entropy that a layer or head has lost against its untrained twins on the
            first {NULL_IMAGES} of the same images, as `gonogo diagnose` tells it.""",
            """*AUC*: how well the loss tells the planted unit from the same unit of the same architecture in unplanted
            runs of other seeds, by Mann and Whitney's U; the mean over units, and the *least*, of the unit told apart
            worst.""",
            """*Localised*: the planted unit alone has the greatest score of all heads, or all layers, of the model. *By
            loss*: the score is the loss. *By spread*: it is the loss in units of the spread of twins in that tower.""",
            "*Moved elsewhere*: the greatest change of a loss in a unit that was not planted, mean over runs.",
            f"""*Named*: the verdict lists the unit among its collapsed layers or heads. *Label*: the verdict is
            `collapsed`, which roles and layers decide and heads do not. Both want more than {LOST:.0%} of the entropy
            to be lost, so a plant that takes less is rightly not called a collapse, though it is detected.""",
            f"""*Raw MCS*: vision entropy / (vision entropy + text entropy), in nats. The common rule flags it below
            {LOWEST_MCS} and above {HIGHEST_MCS}, and entropies below {LOWEST_NATS:g} nats.""",
        ),
    ]


def _aims(results: Results) -> list[str]:
    parts = []
    for sweep, where in ((results.untrained, "architectures of the zoo"), (results.large, "open_clip ViT-B-32")):
        if sweep.planted:
            parts += [f"Planted collapse in untrained models, {where}, n = {IMAGES}:", tables.headline(sweep)]
    rest = [*goals.type_one(results.alarms), *goals.length_free(results.lengths)]
    if rest:
        parts += ["False alarms, and the length of captions:", tables.goals_table(rest)]
    return ["## What was to be shown", *parts] if parts else []
