"""The page: how often kinds and harm are right, with exact intervals, and every member in a line."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from benchmarks.planted.prose import paragraph, points
from benchmarks.validity.goals import reached
from benchmarks.validity.members import FIRST_SEED, HELD_OUT, PAIRS, STEPS, Row
from benchmarks.validity.separation import separation, separation_of_harm
from store.kinds.diagnostics_collapse import KIND_NAMES

Test = Callable[[Row], bool]


ABOUT = """
Written by `{command}`. Small models in plain PyTorch are trained for {steps} steps, matchers for four times as many, on
two kinds of pictures with captions, soundly or so that attention collapses, and each is diagnosed as a user would, on
{pairs} pairs that it never saw. Limits were locked before: they are those of `tasks/diagnostics/kinds/limits.py` and
`tasks/diagnostics/harm/judging.py`. A run on members of other seeds, 1 to 6, led to the last changes of them, the band
beyond which a model is harmful beside five references or more, and to longer training of the matcher, whose sound
members had learnt hardly anything; these members, from seed {first} on, were trained and looked at after that, and
nothing was changed for them, but for one thing: matchers from seed {first} on were all called harmful, as they say no
too often and were held to their word; they are held to what they tell apart since, and those of the page are from seed
201 on, looked at after that. Intervals are exact ones of Clopper and Pearson, 95 %.
"""
KINDS = """
Found: the kind is named in at least one layer of those that were made so. Sound members: the kind is named in no layer
at all.
"""
HARM = """
Harmed is a member whose loss on {held_out} further pairs is more than three standard deviations above the mean of the
sound members of its setting. `alone`: nothing to compare with but re-initialised copies. `beside`: the other sound
members of the setting are named as references.
"""
SEPARATION = """
How far apart they are whatever the limit, by what was measured over the limit at the layer that shows the kind most: a
member shows it below 1. AUC is the area under the receiver operating characteristic, the share of pairs of one made so
and one sound that are in the right order, ties by half, with its interval after Newcombe (2006); `at no false
alarm` is the share of those made so that lie below all sound ones, which is where that curve leaves its left edge.
"""
HARM_SEPARATION = """
The same of harm, between members that are harmed and all others. `alone` is ordered by the loss that the best other
sharpness of a role saves, which is not all that `alone` rests on; `beside` by how many standard deviations of the other
sound members the loss lies above their mean.
"""
LIMITS = (
    "Weights that have adapted to poor attention: no other temperature does better, so that alone they are undecided. "
    "Only sound models to compare with tell them.",
    "A model that was built with uniform attention from one in which it became so.",
    "Blocks without residual connections need not make tokens one: such a member may end with one map in all heads, or "
    "with uniform ones, and is named for that.",
    "A model that was trained on shuffled pairs from one that was never trained: both are at the floor.",
    "What small models, on two kinds of data, do not show. Large ones were not trained here.",
)


def page(rows: Sequence[Row], command: str) -> str:
    """The whole page in Markdown."""
    sound = [row for row in rows if row.job.is_sound]
    parts = [
        "# Are verdicts right about models that training made?",
        paragraph(ABOUT.format(command=command, steps=STEPS, pairs=PAIRS, first=FIRST_SEED)),
        "## What was reached",
        reached(rows),
        "## Kinds of collapse",
        paragraph(KINDS),
        _kinds(rows, sound),
        paragraph(SEPARATION),
        separation(rows),
        "## Harm",
        paragraph(HARM.format(held_out=HELD_OUT)),
        _harm(rows),
        paragraph(HARM_SEPARATION),
        separation_of_harm(rows),
        "## What it cannot tell",
        points(*LIMITS),
        "## Every member",
        _members(rows),
    ]
    return "\n\n".join(parts) + "\n"


def _kinds(rows: Sequence[Row], sound: Sequence[Row]) -> str:
    lines = ["| Kind | Found where it was made | None in sound members |", "|---|---|---|"]
    for kind in KIND_NAMES:
        made = [row for row in rows if row.job.kind == kind]
        found = _share(made, lambda row, kind=kind: kind in row.kinds)
        clean = _share(sound, lambda row, kind=kind: kind not in (*row.kinds, *row.elsewhere))
        lines.append(f"| {kind} | {found} | {clean} |")
    clean = _share(sound, lambda row: not (row.kinds or row.elsewhere))
    lines.append(f"| any of them | | {clean} |")
    return "\n".join(lines)


def _harm(rows: Sequence[Row]) -> str:
    lines = [
        "| | says harmful | of those right | says harmless | of those right | undecided |",
        "|---|---|---|---|---|---|",
    ]
    for name in ("alone", "beside"):

        def said(word: str, name: str = name) -> list[Row]:
            return [row for row in rows if getattr(row, name) == word]

        harmful, harmless = said("harmful"), said("harmless")
        lines.append(
            f"| {name} | {len(harmful)} | {_share(harmful, lambda row: row.harmed)} | {len(harmless)} | "
            f"{_share(harmless, lambda row: not row.harmed)} | {len(said('undecided'))} of {len(rows)} |"
        )
    sound = [row for row in rows if row.job.is_sound]
    harmed = [row for row in rows if row.harmed]
    names = ("alone", "beside")
    spared = (_share(sound, lambda row, name=name: getattr(row, name) != "harmful") for name in names)
    caught = (_share(harmed, lambda row, name=name: getattr(row, name) == "harmful") for name in names)
    specific = [
        f"Sound members that are not called harmful, {name}: {share}."
        for name, share in zip(names, spared, strict=True)
    ]
    sensitive = [f"Harmed members that are, {name}: {share}." for name, share in zip(names, caught, strict=True)]
    return "\n".join(lines) + "\n\n" + points(*specific, *sensitive)


def _members(rows: Sequence[Row]) -> str:
    lines = [
        "| Setting | Recipe | Seed | Kind made | Of its limit | Kinds found | Elsewhere | Loss held out | Harmed | "
        "Alone | Beside |",
        "|---|---|---:|---|---:|---|---|---:|---|---|---|",
    ]
    for row in rows:
        job = row.job
        ratio = f"{max(0.0, row.ratios[job.kind]):.2f}" if job.kind in row.ratios else ""
        recipe = f"{job.recipe.name}, {job.plant.partition(',')[2]}" if job.plant else job.recipe.name
        lines.append(
            f"| {job.setting.name} | {recipe} | {job.seed} | {job.kind or ''} | {ratio} | {', '.join(row.kinds)} | "
            f"{', '.join(row.elsewhere)} | {row.held_out:.3f} | {'yes' if row.harmed else ''} | {row.alone} | "
            f"{row.beside} |"
        )
    return "\n".join(lines)


def _share(rows: Sequence[Row], holds: Test) -> str:
    """`12 of 12 [.74, 1]`; a dash for none."""
    from tasks.statistics.intervals import share_interval

    if not rows:
        return "–"
    count = sum(map(holds, rows))
    low, high = share_interval(count, len(rows))
    return f"{count} of {len(rows)} [{low:.2f}, {high:.2f}]"
