"""Sections of the page on calibration: alarms over nothing, and the length of captions."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.planted import goals
from benchmarks.planted.false_alarms import ALPHA, FIRST_SEED, SETS, outside
from benchmarks.planted.pairs import IMAGES
from benchmarks.planted.prose import paragraph
from benchmarks.planted.results import Results
from benchmarks.planted.subjects import TWINS
from benchmarks.planted.tables import alarms_table, lengths_table, shuffled_table


def alarms(results: Results) -> Iterator[str]:
    """Null A/A runs."""
    if not results.alarms:
        return
    runs = len(next(iter(results.alarms.values())).labels)
    low, high = goals.TYPE_ONE
    yield "## Null A/A"
    yield paragraph(
        f"""{runs} runs of each architecture in which nothing is planted: an untrained model against {TWINS} others, all
        with seeds that are used once, from {FIRST_SEED} on, on one of {SETS} sets of {IMAGES} scenes. *Differs*:
        two-sided p ≤ {ALPHA}; layers and heads are counted without a correction for their number. A test of exactly
        {ALPHA} shows a rate outside {low} to {high} in {outside(runs, low, high):.0%} of cases when it is tried
        {runs} times, so the aim is judged over all roles of an architecture."""
    )
    yield alarms_table(results.alarms)
    yield paragraph(
        """Shuffled pairs: how often the 95 % interval of matched less shuffled pairs leaves out 0. Metrics on which the
        pairing has no bearing at all are left out."""
    )
    yield shuffled_table(results.alarms)
    yield paragraph(
        """That interval is wide by construction. The shuffle is a cycle, so what an image and what a caption add by
        themselves cancels in the mean of the differences, but not in their spread. What it shows is there; a small
        difference can be missed. A sharper test would not be a null here: longer captions go with fuller scenes, and
        an untrained model sees both."""
    )


def lengths(results: Results) -> Iterator[str]:
    """The length of captions."""
    if not results.lengths:
        return
    yield "## Length of captions"
    yield paragraph(
        """R² of ln(caption length in tokens) with the scores of image-caption pairs: of one line for all models, each
        taken less its own mean, and of a line of each model. The slope is the change of the score for e times as many
        tokens."""
    )
    yield lengths_table(results.lengths)
    yield paragraph(
        """Under uniform attention the normalised score does not know the length. Untrained attention is not quite
        uniform: to second order, a row whose scores have a given spread loses about the same nats over any number n
        of keys, which is a smaller share of ln n where n is large. That trace of length the untrained twins have on
        the same captions too, and the verdict is taken against them. What a single model makes of its positions stays
        its own. Trained attention may depend on the length of a caption for good reasons, so its row says nothing of
        the measure."""
    )
