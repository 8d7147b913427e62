"""`python -m benchmarks.paper`: altered figures of papers, each to be named, and clean papers, to be left in peace."""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from collections import Counter
from pathlib import Path

from benchmarks.paper.alterations import PLACES, alterations
from benchmarks.paper.drafts import laid_out, sources
from orchestrator.cli.show.progress import Bar
from tasks.drafting.checking import checked
from tests.unit.orchestrator.reports.drawn import draw

TRIALS, STUDIES, PER_PAPER = 1000, 50, 50


def main(arguments: list[str]) -> int:
    """0 where every alteration is named, and no clean paper gives a finding."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=TRIALS)
    parser.add_argument("--studies", type=int, default=STUDIES)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args(arguments)
    alarms = _clean(asked.studies, asked.seed)
    missed = _altered(asked.trials, asked.seed)
    return 1 if alarms or missed else 0


def _clean(studies: int, seed: int) -> int:
    alarms = pages = figures = 0
    with Bar() as bar:
        for number in range(studies):
            with tempfile.TemporaryDirectory(prefix="gonogo-benchmark-") as scratch:
                folder = laid_out(Path(scratch) / "paper", sources(*draw(seed + number)))
                built, found = checked(folder)
            told = [built.error] if built.error else [fault.said for fault in found.faults]
            alarms, pages, figures = alarms + len(told), pages + found.pages, figures + found.figures
            for each in told:
                print(f"study {seed + number}: {each}")
            bar.advance(number + 1, studies, "clean papers")
    print(f"{studies} clean papers of {pages} pages and {figures} printed figures: {alarms} findings")
    return alarms


def _altered(trials: int, seed: int) -> int:
    named, tried = Counter[str](), Counter[str]()
    rng, number = random.Random(seed), seed
    with Bar() as bar:
        while tried.total() < trials:
            with tempfile.TemporaryDirectory(prefix="gonogo-benchmark-") as scratch:
                folder = laid_out(Path(scratch) / "paper", sources(*draw(number)))
                for each in alterations(folder, min(PER_PAPER, trials - tried.total()), rng):
                    tried[each.place] += 1
                    named[each.place] += each.named
                    if not each.named:
                        print(f"study {number}, {each.place}: {each.key} is not named; found: {each.found}")
                    bar.advance(tried.total(), trials, "altered papers")
            number += 1
    for place in PLACES:
        print(f"altered in {place}: {named[place]} of {tried[place]} named")
    return tried.total() - named.total()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
