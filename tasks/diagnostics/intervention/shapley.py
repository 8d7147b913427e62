"""Shapley values of a game: what each player adds to the value of a coalition, averaged over all orders of arrival.

Source: Shapley (1953), "A Value for n-Person Games"; sampling of orders, each with its reverse, after Castro et al.
(2009), doi:10.1016/j.cor.2008.04.004, and Mitchell et al. (2022), JMLR 23(43).
"""

from __future__ import annotations

from collections.abc import Callable
from math import comb

import numpy as np
from numpy.typing import NDArray

from tasks.diagnostics.measures import Floats

Coalitions = NDArray[np.bool_]
"""[coalitions, players], True for who takes part."""

Game = Callable[[Coalitions], Floats]
"""The value of each coalition, [coalitions]."""

MOST_PLAYERS = 20
"""Of whom all coalitions are listed: some million, of which each takes as many bytes."""


def exact_shapley(game: Game, players: int) -> Floats:
    """[players], from the values of all 2^players coalitions. Raises ValueError for more than MOST_PLAYERS."""
    if players > MOST_PLAYERS:
        raise ValueError(f"{players} players have too many coalitions to be listed")
    numbers = np.arange(2**players)
    coalitions = (numbers[:, None] >> np.arange(players)) & 1 == 1
    values, sizes = game(coalitions), coalitions.sum(axis=1)
    weights = np.array([1 / (players * comb(players - 1, size)) for size in range(players)])
    found = np.empty(players)
    for player in range(players):
        without = numbers[~coalitions[:, player]]
        found[player] = weights[sizes[without]] @ (values[without + 2**player] - values[without])
    return found


def sampled_shapley(game: Game, players: int, orders: int, rng: np.random.Generator) -> Floats:
    """[orders, players], of each drawn order and its reverse the mean of what every player adds; the mean estimates.

    The rows are independent and of one distribution, whose mean is the Shapley value.
    """
    drawn = np.stack([rng.permutation(players) for _ in range(orders)])
    added = [_added(game, arrivals) for arrivals in (drawn, drawn[:, ::-1])]
    return np.asarray((added[0] + added[1]) / 2)


def _added(game: Game, arrivals: NDArray[np.int64]) -> Floats:
    """[orders, players], what each adds where it arrives."""
    orders, players = arrivals.shape
    rank = arrivals.argsort(axis=1)
    there = rank[:, None, :] < np.arange(players + 1)[None, :, None]
    values = game(there.reshape(-1, players)).reshape(orders, players + 1)
    return np.asarray(np.take_along_axis(np.diff(values, axis=1), rank, axis=1))
