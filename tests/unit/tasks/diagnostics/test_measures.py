"""The score of two towers, by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tasks.diagnostics.measures import mcs, paired_layers


def test_a_score_is_taken_of_each_pair_and_then_averaged_over_the_captions() -> None:
    vision = np.array([3.0, 1.0])
    text = np.array([[1.0, 3.0], [1.0, 1.0]])
    assert mcs(vision, text).tolist() == [(3 / 4 + 3 / 6) / 2, 1 / 2]


def test_uniform_attention_gives_the_share_of_ln_keys_and_so_follows_caption_length() -> None:
    keys = np.array([50.0])
    short, long = mcs(np.log(keys), np.log([[6.0]])), mcs(np.log(keys), np.log([[16.0]]))
    assert short[0] == pytest.approx(math.log(50) / (math.log(50) + math.log(6)))
    assert short[0] > 0.68 > long[0]


def test_two_towers_without_entropy_have_no_score() -> None:
    assert np.isnan(mcs(np.zeros(1), np.zeros((1, 2)))).all()


def test_layers_are_paired_by_index_where_depths_are_equal_and_by_relative_depth_elsewhere() -> None:
    assert paired_layers(3, 3) == [(0, 0), (1, 1), (2, 2)]
    assert paired_layers(4, 2) == [(0, 0), (1, 0), (2, 1), (3, 1)]
    assert paired_layers(1, 5) == [(0, 0)]
