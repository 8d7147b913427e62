"""How well works were told apart: by rules alone, and after a human answered some of the questions."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import combinations

from benchmarks.deduplication.sets import Set
from tasks.literature.matching.entry import Answer
from tasks.literature.matching.matching import match
from tasks.literature.matching.outcome import Matching

ANSWERS_PER_600 = 40


@dataclass(frozen=True, slots=True)
class Score:
    """Of pairs of records that were put into one work."""

    true_pairs: int
    """That are of one work."""
    found: int
    right: int
    confused: int
    """Found pairs of a work and its neighbour."""

    @property
    def precision(self) -> float:
        """Share of the found that are right."""
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        """Share of the true that were found."""
        return self.right / self.true_pairs if self.true_pairs else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of the two."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def score(truth: Set, works: list[tuple[str, ...]]) -> Score:
    """Holds works against the truth."""
    sizes = Counter(truth.work.values())
    found = right = confused = 0
    for records in works:
        for a, b in combinations(records, 2):
            found += 1
            same = truth.work[a] == truth.work[b]
            right += same
            confused += not same and truth.family[a] == truth.family[b]
    return Score(sum(n * (n - 1) // 2 for n in sizes.values()), found, right, confused)


def of_matching(truth: Set, matching: Matching) -> Score:
    """Holds a matching against the truth."""
    return score(truth, [each.records for each in matching.works])


def answered(truth: Set) -> tuple[Matching, list[Answer]]:
    """The matching after as many answers as may be asked for, each the first question of the matching so far."""
    answers: list[Answer] = []
    most = ANSWERS_PER_600 * len(truth.entries) // 600
    matching = match(truth.entries)
    while matching.questions and len(answers) < most:
        # Ten at a time, as a human would go down the list; what a later one needs may be settled by an earlier one.
        for each in matching.questions[: min(10, most - len(answers))]:
            answers.append(Answer(each.a, each.b, truth.work[each.a] == truth.work[each.b]))
        matching = match(truth.entries, answers)
    return matching, answers
