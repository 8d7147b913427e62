"""Scores are what they are called, and their chance levels are what blind guessing reaches."""

from __future__ import annotations

import numpy as np
import pytest

from tasks.diagnostics.training.scoring import exact_answers, likelihood, matching, present_answers, retrieval


def test_a_perfect_ranking_finds_everything_and_a_blind_one_what_chance_says() -> None:
    assert [score.value for score in retrieval([np.eye(100)] * 2, "x")] == [1.0, 1.0]
    random = np.random.default_rng(0).standard_normal((300, 20, 20))
    for score in retrieval(list(random), "x"):
        assert score.chance == 0.05
        assert score.n == 6000
        assert score.value == pytest.approx(0.05, abs=0.01)


def test_a_constant_similarity_finds_nothing() -> None:
    assert [score.value for score in retrieval([np.ones((10, 10))], "x")] == [0.0, 0.0]


def test_the_direction_of_retrieval_is_from_rows_to_columns() -> None:
    pool = np.eye(3)
    pool[0] = [1.0, 2.0, 0.0]  # the first picture prefers the second caption, and so does that caption
    to_text, to_image = retrieval([pool], "x")
    assert (to_text.value, to_image.value) == (pytest.approx(2 / 3), pytest.approx(2 / 3))
    pool[0] = [0.4, 0.5, 0.0]  # now the second caption prefers its own picture
    to_text, to_image = retrieval([pool], "x")
    assert (to_text.value, to_image.value) == (pytest.approx(2 / 3), 1.0)


def test_matching_counts_both_kinds_of_error() -> None:
    assert matching(np.array([0.9, 0.4]), np.array([0.1, 0.2]), "x").value == 0.75


def test_the_chance_of_an_answer_is_the_commonest_one_or_a_guess_among_what_is_there() -> None:
    score = exact_answers("x", [True, False, True, True], ["red", "red", "red", "blue"], 0.9)
    assert (score.value, score.chance, score.chance_is, score.met) == (0.75, 0.75, "always red", False)
    assert present_answers("x", [True, False], [0.5, 1.0]).chance == 0.75


def test_likelihoods_stand_beside_those_of_swapped_pictures() -> None:
    level, wins = likelihood(np.array([-1.0, -2.0]), np.array([-3.0, -1.5]))
    assert (level.value, level.chance) == (-1.5, -2.25)
    assert (wins.value, wins.chance) == (0.5, 0.5)
