from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from tasks.statistics.bootstrap_t import bootstrap_ts
from tasks.statistics.clusters import of_images
from tasks.statistics.location import Alternative
from tasks.statistics.max_t import max_t
from tasks.statistics.multiplicity import holm
from tasks.statistics.resampling import Resamples, draw

Floats = NDArray[np.float64]
N = 40


def resamples(size: int = 500) -> Resamples:
    return draw(N, np.random.default_rng(8), size)


def heads(*shape: int, effect: float = 0.3) -> Floats:
    """Heads that share what is easy about an image, the first one with the largest effect."""
    rng = np.random.default_rng(1)
    noise = rng.gumbel(size=(*shape, N)) + rng.gumbel(size=N)
    shift = effect * np.linspace(1, 0, int(np.prod(shape))).reshape(*shape, 1)
    return noise - noise.mean(axis=-1, keepdims=True) + shift * noise.std()


@pytest.mark.parametrize("alternative", ["two-sided", "less", "greater"])
def test_adjusted_p_values_agree_with_ones_computed_from_the_definition(alternative: Alternative) -> None:
    x, value = heads(5), 0.1
    sign = {"two-sided": np.abs, "less": np.negative, "greater": np.positive}[alternative]

    def t(rows: Floats, about: Floats | float) -> Floats:
        return np.asarray(sign((rows.mean(axis=-1) - about) / (rows.std(axis=-1, ddof=1) / np.sqrt(N))))

    observed = t(x, value)
    drawn = np.concatenate([indices for _, indices in resamples().indices()])
    again = np.stack([t(x[:, each], x.mean(axis=-1)) for each in drawn])
    expected, so_far = np.empty(5), 0.0
    order = np.argsort(-observed)
    for place, row in enumerate(order):
        largest = again[:, order[place:]].max(axis=1)
        so_far = max(so_far, (1 + (largest >= observed[row]).sum()) / 501)
        expected[row] = so_far
    assert max_t(of_images(x), resamples(), value, alternative) == pytest.approx(expected, rel=1e-12)


def test_a_family_of_one_has_the_p_of_the_bootstrap_t() -> None:
    x = heads(1)
    alone = bootstrap_ts(of_images(x), resamples(), 0.0, "greater")
    assert max_t(of_images(x), resamples(), 0.0, "greater").tolist() == alone.p.tolist()


def test_rows_that_go_together_cost_nothing_where_holm_charges_for_each() -> None:
    one = heads(1)
    many = np.repeat(one, 30, axis=0)
    alone = max_t(of_images(one), resamples(), 0.0, "greater")[0]
    assert max_t(of_images(many), resamples(), 0.0, "greater") == pytest.approx(np.full(30, alone), rel=1e-12)
    assert holm(np.full(30, alone)).min() == pytest.approx(min(1.0, 30 * alone))


def test_adjusted_values_keep_the_order_of_t_and_are_never_below_the_plain_ones() -> None:
    x = heads(4, 5, effect=0.6)
    adjusted = max_t(of_images(x), resamples(), 0.0, "greater")
    plain = bootstrap_ts(of_images(x), resamples(), 0.0, "greater")
    assert adjusted.shape == (4, 5)
    assert (adjusted >= plain.p).all()
    assert (np.diff(adjusted.reshape(-1)[np.argsort(-plain.t.reshape(-1))]) >= 0).all()
    assert adjusted.min() < 0.05 < adjusted.max()


def test_the_order_of_the_rows_does_not_matter() -> None:
    x, order = heads(12), np.random.default_rng(0).permutation(12)
    assert np.array_equal(max_t(of_images(x[order]), resamples()), max_t(of_images(x), resamples())[order])


def test_more_hypotheses_make_none_easier_to_reject() -> None:
    x = heads(8)
    few, all_ = max_t(of_images(x[:4]), resamples()), max_t(of_images(x), resamples())
    assert (all_[:4] >= few).all()


def test_rows_without_a_test_take_no_part() -> None:
    x = heads(4)
    alone = max_t(of_images(x), resamples())
    flat, nearly = np.ones((1, N)), np.ones((1, N))
    nearly[0, 0] = 0.5
    found = max_t(of_images(np.concatenate([flat, x, nearly])), resamples())
    assert np.isnan(found).tolist() == [True, False, False, False, False, True]
    assert found[1:5] == pytest.approx(alone, rel=1e-12)


def test_each_row_has_a_null_of_its_own_and_no_p_is_zero() -> None:
    x = heads(2)
    found = max_t(of_images(x + np.array([[5.0], [9.0]])), resamples(), np.array([5.0, 9.0]))
    assert found == pytest.approx(max_t(of_images(x), resamples()), abs=1 / 501)
    assert max_t(of_images(x), resamples(), 1e9).tolist() == [1 / 501, 1 / 501]


def test_adjusted_values_do_not_depend_on_how_work_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = max_t(of_images(heads(6)), resamples())
    monkeypatch.setattr("tasks.statistics.resampling.CHUNK_BYTES", 8 * N * 10)
    assert np.array_equal(max_t(of_images(heads(6)), resamples()), whole)
