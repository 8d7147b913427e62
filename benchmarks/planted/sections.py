"""Sections of the page on planted collapse: untrained models, a large one, and trained ones."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.planted.carried import carried
from benchmarks.planted.prose import paragraph
from benchmarks.planted.results import Results
from benchmarks.planted.rows import flagged_by_mcs, flagged_by_nats, named, planted_loss
from benchmarks.planted.scores import share
from benchmarks.planted.sweep import Sweep
from benchmarks.planted.tables import beside, by_case, by_tower, detection, unplanted
from tasks.diagnostics.losses import LOST


def untrained(results: Results) -> Iterator[str]:
    """Models without training, in which the ground truth is exact."""
    sweep = results.untrained
    if not sweep.planted:
        return
    yield "## Untrained models, architectures of the zoo"
    yield "The ground truth is exact here: nothing but the plant sets a planted model apart from an untrained one."
    yield detection(by_tower(sweep.planted), sweep)
    yield "By architecture:"
    yield detection(by_case(sweep.planted), sweep)
    yield _called(sweep)
    yield _carried(sweep)
    yield "### The raw figures on the same runs"
    yield from _beside(sweep)


def large(results: Results) -> Iterator[str]:
    """A model of real size, on a part of the grid."""
    sweep = results.large
    if not sweep.planted:
        return
    units = dict.fromkeys(trial.unit.name for trial in sweep.planted)
    yield "## Untrained open_clip ViT-B-32"
    yield paragraph(f"Planted in {', '.join(units)}, and looked for among all layers, or all heads, of the model.")
    yield detection(by_tower(sweep.planted), sweep)
    yield _called(sweep)
    yield _carried(sweep)
    yield from _beside(sweep)


def trained(results: Results) -> Iterator[str]:
    """Models that something was learned by, and may have peaked heads of their own."""
    sweep = results.trained
    if not sweep.planted:
        return
    yield "## Trained models of the zoo"
    yield paragraph(
        """What is different here: the ground truth is not exact. Training has made some layers and heads peaked, so the
        greatest loss need not be the planted one, the label may be `collapsed` without any plant, and a head that is
        peaked already loses little more. There is one set of weights of each model, so unplanted runs are of the same
        weights on other scenes: the AUC says whether a plant goes beyond what data change. *Beyond its own run* is
        the localisation by the loss less that of the same model on the same scenes without the plant, which asks for
        a known sound state to compare with."""
    )
    yield detection(by_tower(sweep.planted), sweep, trained=True)
    yield "By model:"
    yield detection(by_case(sweep.planted), sweep, trained=True)
    yield from _beside(sweep)


def _called(sweep: Sweep) -> str:
    much, little = (
        [named(trial) for trial in sweep.planted if (planted_loss(trial) > LOST) is wanted] for wanted in (True, False)
    )
    rates = [f"{share(hits).value:.1%} of {len(hits)}" if hits else "none" for hits in (much, little)]
    return paragraph(
        f"""Of the planted units that lost more than half of their entropy the verdict names {rates[0]}, of those that
        lost less {rates[1]}: it names one only where the interval of the loss leaves out one half, after Holm's
        correction over all layers or heads."""
    )


def _carried(sweep: Sweep) -> str:
    found = carried(sweep.planted)
    missed = f"In {found.misses} of {len(sweep.planted)} runs another unit had the greatest loss"
    if found.misses:
        missed += f"""; in {found.by_themselves} of these some other unit had lost as much without the plant too, which
        is the luck of its seed and no doing of the plant. Towers differ in how far apart seeds lie, so a share of
        entropy that is much in one of them is little in another; scores by spread allow for that"""
    return paragraph(
        f"""A plant changes what later layers read, so their losses are no longer those of an untrained model, and the
        greatest loss could lie behind the plant. Losses moved by up to {found.later:.4f} in later layers of the
        planted tower, by up to {found.others:.4f} in other towers, and by up to {found.beside:.0e} in the planted
        layer and those before it. {missed}."""
    )


def _beside(sweep: Sweep) -> Iterator[str]:
    planted, plain = [trial.seen for trial in sweep.planted], [seen for _, seen in sweep.unplanted]
    mcs, nats = (
        tuple(share([rule(seen) for seen in runs]).value for runs in (planted, plain))
        for rule in (flagged_by_mcs, flagged_by_nats)
    )
    yield beside(by_tower(sweep.planted), sweep)
    yield unplanted(sweep)
    yield paragraph(
        f"""Each architecture is compared within itself. A peaked vision tower lowers raw MCS and a peaked text tower
        raises it, so a direction that serves the one fails the other; cross-attention it does not read at all; and it
        never says where. *Greatest loss* is our own figure when one does not know where to look: the greatest of all
        units, by spread. The rule on raw MCS flags {mcs[0]:.1%} of the planted runs and {mcs[1]:.1%} of the unplanted
        ones, that on entropies {nats[0]:.1%} and {nats[1]:.1%}."""
    )
