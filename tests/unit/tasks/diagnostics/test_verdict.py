"""What may be said of a model, given the interval of its normalised score."""

from __future__ import annotations

import pytest

from tasks.diagnostics.verdict import judge


@pytest.mark.parametrize(
    ("interval", "label", "said"),
    [
        ((0.45, 0.55), "ok", "within"),
        ((0.30, 0.70), "ok", "within"),
        ((0.10, 0.29), "collapsed", "text collapse"),
        ((0.71, 0.80), "collapsed", "vision collapse"),
        ((0.28, 0.33), "inconclusive", "crosses 0.3"),
        ((0.66, 0.72), "inconclusive", "crosses 0.7"),
    ],
)
def test_a_label_needs_the_whole_interval_on_one_side(interval: tuple[float, float], label: str, said: str) -> None:
    verdict = judge(interval, 40, untrained=False, undefined=None)
    assert (verdict.label, said in verdict.reason) == (label, True)


def test_fewer_than_thirty_images_settle_nothing() -> None:
    assert judge((0.1, 0.2), 29, untrained=False, undefined=None).label == "inconclusive"


def test_no_score_is_undefined_with_its_reason() -> None:
    verdict = judge(None, 40, untrained=False, undefined="the vision tower has no softmax attention")
    assert verdict.label == "undefined"
    assert "no softmax attention" in verdict.reason


def test_every_decided_verdict_names_the_null_that_is_missing_and_untrained_weights() -> None:
    reason = judge((0.4, 0.6), 40, untrained=True, undefined=None).reason
    assert "random initialisation has not been measured" in reason
    assert "nothing of a trained model" in reason
