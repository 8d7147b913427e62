"""How often the stopping rule of screening keeps its promise on reviews with known labels, beside streaks.

`python -m benchmarks.stopping FOLDER` reads CSV files with the columns `title`, `abstracts` and `label1` (I for
included by title and abstract), such as the drug class reviews of Cohen et al. (2006), and writes
benchmarks/stopping.md.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from benchmarks.planted.prose import paragraph

PAGE = Path(__file__).resolve().parent / "stopping.md"
RUNS = 20
"""Of each review, each on a random share of its records."""
SHARE = 0.7
EVERY = 10
"""Answers between two fits of the ranking, and two looks at the rules."""

ABOUT = """
Written by `python -m benchmarks.stopping FOLDER`. Each run takes {share:.0%} of the records of a review at random,
ranks them as gonogo does, by the words of the review's name and then by the answers so far, fitted anew after each
{every} answers, and reads in that order. A rule is asked after each {every} answers, and reading ends where it says
so, or with the last record. Reviews of which more than half is relevant are left out. Kept: the share of runs in
which at least the target was found by then. The promise of the test is that this is at least its confidence. A streak
promises nothing; what it reaches is beside it. Runs of one review share records, so {runs} runs are fewer than {runs}
independent ones; intervals are of Clopper and Pearson, as if they were.
"""
DATA = """
The reviews are those of Cohen et al. (2006), as they stood in the repository asreview/asreview, folder
data/datasets/drug_class_review, commit 31794d7: titles, abstracts and labels of experts. They are medical, and none was
used to choose anything in the rule or the ranking. They are not part of gonogo.
"""


@dataclass(frozen=True, slots=True)
class Review:
    """Records with known labels."""

    name: str
    titles: tuple[str, ...]
    abstracts: tuple[str, ...]
    relevant: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """When reading ends."""

    name: str
    target: float
    """Recall that counts as kept."""
    confidence: float | None
    """What the rule promises; None where it promises nothing."""
    ends: Callable[[Sequence[bool], int], bool]
    """By what was found so far and how many are unread."""


@dataclass(frozen=True, slots=True)
class Ended:
    """Where a rule ended a run."""

    recall: float
    read: float


def rules() -> tuple[Rule, ...]:
    """The test with three promises, and what many tools show instead."""
    from tasks.literature.stopping import stopping_test

    def test(target: float, confidence: float) -> Rule:
        name = f"test, {target:g} at {confidence:g}"
        return Rule(name, target, confidence, lambda f, u: stopping_test(f, u, target, confidence).holds)

    def streak(length: int) -> Rule:
        return Rule(f"{length} in a row", 0.95, None, lambda f, _: len(f) >= length and not any(f[-length:]))

    def share(part: float) -> Rule:
        name = f"{part:.0%} of all in a row"
        return Rule(name, 0.95, None, lambda f, u: not any(f[-max(1, round(part * (len(f) + u))) :]) and bool(f))

    return (test(0.95, 0.95), test(0.9, 0.8), test(0.8, 0.8), streak(50), streak(100), share(0.05))


def read_review(path: Path) -> Review:
    """One file."""
    csv.field_size_limit(10**8)
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row.get("label1") in ("I", "E")]
    return Review(
        path.stem,
        tuple(row["title"] or "" for row in rows),
        tuple(row["abstracts"] or "" for row in rows),
        tuple(row["label1"] == "I" for row in rows),
    )


def simulated(review: Review, seed: int) -> list[Ended]:
    """Where each rule ends one run."""
    import re

    import numpy as np

    from store.review import Concept
    from tasks.literature.ranking import rank
    from tasks.literature.record import Record
    from tasks.literature.vectors import Works

    rng = np.random.default_rng(seed)
    chosen = rng.permutation(len(review.titles))[: round(SHARE * len(review.titles))]
    records = {
        f"{place:06d}": Record(review.titles[at] or "untitled", abstract=review.abstracts[at])
        for place, at in enumerate(chosen)
    }
    truth = {f"{place:06d}": review.relevant[at] for place, at in enumerate(chosen)}
    works = Works(records.items())
    words = re.findall(r"[A-Z][a-z]+|[A-Z]+(?![a-z])", review.name)
    concepts = (Concept(name="review", terms=(" ".join(words), *words)),)
    asked, ended = list(rules()), dict[str, Ended]()
    labels: dict[str, bool] = {}
    found: list[bool] = []
    total = max(1, sum(truth.values()))
    while len(labels) < len(truth):
        for each in rank(works, concepts, labels).order[:EVERY]:
            labels[each.id] = truth[each.id]
            found.append(truth[each.id])
        for rule in asked:
            if rule.name not in ended and rule.ends(found, len(truth) - len(labels)):
                ended[rule.name] = Ended(sum(found) / total, len(found) / len(truth))
        if len(ended) == len(asked):
            break
    return [ended.get(rule.name, Ended(1.0, 1.0)) for rule in asked]


def table(outcomes: Sequence[list[Ended]]) -> Iterator[str]:
    """A line a rule."""
    from tasks.statistics.intervals import share_interval

    yield "| Rule | Target | Promised | Kept | Interval | Mean recall | Worst recall | Mean share read |"
    yield "|---|---:|---:|---:|---|---:|---:|---:|"
    for place, rule in enumerate(rules()):
        ends = [outcome[place] for outcome in outcomes]
        kept = sum(end.recall >= rule.target - 1e-9 for end in ends)
        low, high = share_interval(kept, len(ends))
        promised = "–" if rule.confidence is None else f"{rule.confidence:.2f}"
        yield (
            f"| {rule.name} | {rule.target:.2f} | {promised} | {kept} of {len(ends)} = {kept / len(ends):.3f} | "
            f"[{low:.3f}, {high:.3f}] | {sum(end.recall for end in ends) / len(ends):.3f} | "
            f"{min(end.recall for end in ends):.3f} | {sum(end.read for end in ends) / len(ends):.2f} |"
        )


def main(arguments: list[str]) -> int:
    """Simulate, print the page and write it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.stopping", description=__doc__)
    parser.add_argument("folder", type=Path, help="folder of CSV files")
    parser.add_argument("--runs", type=int, default=RUNS, help="runs of each review")
    parser.add_argument("--processes", type=int, default=2)
    asked = parser.parse_args(arguments)
    files = sorted(asked.folder.glob("*.csv"))
    reviews = [review for review in map(read_review, files) if 5 <= sum(review.relevant) <= len(review.relevant) / 2]
    if not reviews:
        print(
            f"benchmarks.stopping: {asked.folder} holds no CSV file with title, abstracts and label1", file=sys.stderr
        )
        return 2
    jobs = [(review, seed) for review in reviews for seed in range(1, asked.runs + 1)]
    outcomes: list[list[Ended]] = []
    with ProcessPoolExecutor(asked.processes, get_context("spawn")) as pool:
        for outcome in pool.map(simulated, *zip(*jobs, strict=True)):
            outcomes.append(outcome)
            print(f"{len(outcomes)} of {len(jobs)} runs", file=sys.stderr, flush=True)
    sizes = [len(review.titles) for review in reviews]
    shares = [sum(review.relevant) / len(review.relevant) for review in reviews]
    text = "\n\n".join(
        [
            "# Does the stopping rule of screening keep its promise?",
            paragraph(ABOUT.format(share=SHARE, every=EVERY, runs=len(jobs))),
            paragraph(DATA),
            f"{len(reviews)} reviews of {min(sizes)} to {max(sizes)} records, {min(shares):.0%} to {max(shares):.0%} "
            f"of them relevant; {len(jobs)} runs.",
            "\n".join(table(outcomes)),
        ]
    )
    PAGE.write_text(text + "\n", encoding="utf-8")
    print(text)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
