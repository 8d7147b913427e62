"""How well matching tells works apart on sets of damaged copies: `python -m benchmarks.deduplication [SEED …]`."""

from __future__ import annotations

import sys

from benchmarks.deduplication.peer import by_doi_or_title
from benchmarks.deduplication.scoring import answered, of_matching, score
from benchmarks.deduplication.sets import drawn
from tasks.literature.matching.matching import METHOD, match

TUNED_ON = (1, 2, 3, 4, 5)
"""Others up to 700 were looked at as well."""
HELD_OUT = (701, 702, 703, 704, 705, 706, 707, 708)
"""Looked at once, when the rules stood; who changes these takes others."""


def main(seeds: list[int]) -> int:
    """One line a seed."""
    print(f"{METHOD}; peer: DOI, or equal folded title; seeds below {HELD_OUT[0]} were looked at\n")
    print("seed records  pairs | peer P    F1 | precision recall     F1 confused | asked answers yes | P then F1 then")
    for seed in seeds or [*TUNED_ON, *HELD_OUT]:
        truth = drawn(seed)
        peer = score(truth, by_doi_or_title(truth.entries))
        alone = match(truth.entries)
        ours = of_matching(truth, alone)
        later, answers = answered(truth)
        then = of_matching(truth, later)
        print(
            f"{seed:>4} {len(truth.entries):>7} {ours.true_pairs:>6} | {peer.precision:.4f} {peer.f1:.3f} |"
            f"    {ours.precision:.4f} {ours.recall:.4f} {ours.f1:.4f} {ours.confused:>8} |"
            f" {len(alone.questions):>5} {len(answers):>7} {sum(each.same for each in answers):>3} |"
            f" {then.precision:.4f} {then.f1:.4f}",
            flush=True,
        )
    return 0


if __name__ == "__main__":
    sys.exit(main([int(each) for each in sys.argv[1:]]))
