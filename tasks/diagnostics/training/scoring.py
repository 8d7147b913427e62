"""Scores on held-out scenes, each beside its chance level, for any model that answers in arrays."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tasks.diagnostics.zoo.card import Score

Floats = NDArray[np.floating]

POOL = 100
"""Scenes among which a caption or a picture has to be found."""


def retrieval(similarity: Sequence[Floats], captions: str, required: float | None = None) -> tuple[Score, Score]:
    """R@1 from pictures to captions and back, over pools of scenes.

    Each pool is [scenes, scenes], with rows for pictures, columns for captions, and the true pairs on the diagonal.
    Ties count as errors.
    """
    rows = np.concatenate([_alone_at_top(pool) for pool in similarity])
    columns = np.concatenate([_alone_at_top(pool.T) for pool in similarity])
    chance = 1 / similarity[0].shape[0]
    why = f"one of {similarity[0].shape[0]}"
    return (
        _score(f"R@1 image to text, {captions}", rows, chance, why, required),
        _score(f"R@1 text to image, {captions}", columns, chance, why, required),
    )


def matching(true: Floats, false: Floats, against: str, required: float | None = None) -> Score:
    """Accuracy of a match probability cut at one half, [cases] of true and as many of false pairs."""
    correct = np.concatenate([true > 0.5, false < 0.5])
    return _score(f"matching accuracy, {against}", correct, 0.5, "half of the pairs match", required)


def preference(better: Floats, worse: Floats, name: str) -> Score:
    """How often the first of two numbers is the greater, [cases] each; a tie is an error."""
    return _score(name, better > worse, 0.5, "either is as likely")


def exact_answers(name: str, correct: Sequence[bool], expected: Sequence[str], required: float | None = None) -> Score:
    """Share of answers that are right in every word, beside the commonest answer given to all questions."""
    commonest, times = Counter(expected).most_common(1)[0]
    return _score(name, np.array(correct), times / len(expected), f"always {commonest}", required)


def present_answers(name: str, correct: Sequence[bool], guess_rates: Sequence[float]) -> Score:
    """Share of exact answers, beside blind guessing among the things of the scene."""
    return _score(name, np.array(correct), float(np.mean(guess_rates)), "the answer for a thing of the scene, drawn")


def likelihood(true: Floats, swapped: Floats) -> tuple[Score, Score]:
    """Mean log-likelihood per token of captions, [cases] in nats, given their own or another scene's picture."""
    level = _score("caption log-likelihood per token", true, float(swapped.mean()), "with another scene's picture")
    return level, preference(true, swapped, "caption likelier with its own picture")


def _alone_at_top(pool: Floats) -> NDArray[np.bool_]:
    others = np.where(np.eye(len(pool), dtype=bool), -np.inf, pool).max(axis=1)
    return np.asarray(np.diagonal(pool) > others)


def _score(
    name: str, cases: NDArray[np.floating] | NDArray[np.bool_], chance: float, why: str, required: float | None = None
) -> Score:
    return Score(name=name, value=float(np.mean(cases)), chance=chance, chance_is=why, n=len(cases), required=required)
