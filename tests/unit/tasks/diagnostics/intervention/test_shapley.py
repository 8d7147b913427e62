"""Shapley values: against the mean over every order of arrival, and games whose values are known in closed form."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from tasks.diagnostics.intervention.shapley import (
    MOST_PLAYERS,
    Coalitions,
    Game,
    exact_shapley,
    sampled_shapley,
)
from tasks.diagnostics.measures import Floats


def over_all_orders(game: Game, players: int) -> Floats:
    """By the definition, one order after another."""
    total, orders = np.zeros(players), list(permutations(range(players)))
    for order in orders:
        there, before = np.zeros((1, players), dtype=bool), float(game(np.zeros((1, players), dtype=bool))[0])
        for player in order:
            there[0, player] = True
            now = float(game(there)[0])
            total[player] += now - before
            before = now
    return total / len(orders)


def anything(players: int, seed: int) -> Game:
    """A game with a value of its own for each coalition, the empty one too."""
    values = np.random.default_rng(seed).normal(size=2**players)
    return lambda coalitions: values[(coalitions * 2 ** np.arange(players)).sum(axis=1)]


@pytest.mark.parametrize("players", [1, 2, 3, 6])
def test_values_are_the_mean_over_all_orders_and_share_out_the_whole(players: int) -> None:
    game = anything(players, players)
    found = exact_shapley(game, players)
    np.testing.assert_allclose(found, over_all_orders(game, players), atol=1e-12)
    ends = game(np.array([[True] * players, [False] * players]))
    assert found.sum() == pytest.approx(ends[0] - ends[1], abs=1e-12)


def test_in_an_additive_game_everyone_gets_what_they_bring_and_a_dummy_nothing() -> None:
    worth = np.array([3.0, -1.5, 0.0, 0.25, 7.0])
    np.testing.assert_allclose(exact_shapley(lambda who: 10 + who @ worth, 5), worth, atol=1e-12)
    rows = sampled_shapley(lambda who: 10 + who @ worth, 5, 3, np.random.default_rng(0))
    np.testing.assert_allclose(rows, np.tile(worth, (3, 1)), atol=1e-12)


def test_players_that_are_alike_get_alike_and_a_dummy_nothing_among_others_that_interact() -> None:
    def game(who: Coalitions) -> Floats:
        return np.asarray((who[:, 0] & who[:, 1]) * 4.0 + np.where(who[:, 3], who[:, 0] + who[:, 1], 0) ** 2.0)

    found = exact_shapley(game, 4)
    assert found[0] == pytest.approx(found[1], abs=1e-12) and found[2] == 0
    assert found[3] > 0.5


def test_known_games() -> None:
    unanimity = exact_shapley(lambda who: who[:, [0, 2, 3]].all(axis=1).astype(float), 5)
    np.testing.assert_allclose(unanimity, [1 / 3, 0, 1 / 3, 1 / 3, 0], atol=1e-12)

    def gloves(who: Coalitions) -> Floats:
        return np.minimum(who[:, 0], who[:, 1:].sum(axis=1)).astype(float)

    np.testing.assert_allclose(exact_shapley(gloves, 3), [2 / 3, 1 / 6, 1 / 6], atol=1e-12)
    runway = exact_shapley(lambda who: (who * [8.0, 11.0, 13.0, 18.0]).max(axis=1), 4)  # Littlechild and Owen 1973
    np.testing.assert_allclose(runway, [2, 3, 4, 9], atol=1e-12)


def test_an_order_with_its_reverse_is_exact_where_only_pairs_interact() -> None:
    rng = np.random.default_rng(1)
    worth, bonds = rng.normal(size=6), rng.normal(size=(6, 6))
    bonds = np.triu(bonds, 1)

    def game(who: Coalitions) -> Floats:
        return np.asarray(who @ worth + np.einsum("ni,ij,nj->n", who, bonds, who))

    rows = sampled_shapley(game, 6, 4, np.random.default_rng(2))
    np.testing.assert_allclose(rows, np.tile(worth + (bonds + bonds.T).sum(axis=1) / 2, (4, 1)), atol=1e-12)


def test_drawn_orders_agree_with_all_of_them_within_their_error_and_share_out_the_whole() -> None:
    game, players, orders = anything(6, 3), 6, 4000
    rows = sampled_shapley(game, players, orders, np.random.default_rng(4))
    ends = game(np.array([[True] * players, [False] * players]))
    np.testing.assert_allclose(rows.sum(axis=1), ends[0] - ends[1], atol=1e-9)
    error = rows.std(axis=0, ddof=1) / np.sqrt(orders)
    assert (np.abs(rows.mean(axis=0) - exact_shapley(game, players)) < 4 * error).all() and error.max() < 0.05
    again = sampled_shapley(game, players, orders, np.random.default_rng(4))
    np.testing.assert_array_equal(rows, again)


def test_too_many_players_are_refused() -> None:
    with pytest.raises(ValueError, match="21 players"):
        exact_shapley(lambda who: who.sum(axis=1), MOST_PLAYERS + 1)
