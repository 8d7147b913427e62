"""Functional collapse: what may be said of a model's modalities, given what interventions moved."""

from __future__ import annotations

import numpy as np
import pytest

from tasks.diagnostics.intervention.functional_collapse import judge_influence
from tasks.diagnostics.intervention.influence import Effect, Interventions, Kind

SWAP, CUT, TEXT, CUT_TEXT = "swap-image", "cut-image", "swap-text", "cut-text"
ABSENT: dict[Kind, str] = {
    "swap-text": "the output is read at the tokens of the text itself",
    "cut-text": "the output is read at the tokens of the text itself",
}


def made(untried: dict[Kind, str] | None = None, n: int = 32, **moved: int) -> Interventions:
    """Effects that move so many of the pairs, and each of the others by less than a hundredth."""
    effects = [
        Effect(kind.replace("_", "-"), "", None, np.where(np.arange(n) < pairs, 0.3, 0.009), None)  # type: ignore[arg-type]
        for kind, pairs in moved.items()
    ]
    return Interventions(tuple(effects), untried or {})


OVER = "as much as one hundredth of the probability over it"


@pytest.mark.parametrize(
    ("found", "label", "reason"),
    [
        (made(swap_image=32), "ok", "Another image moves one hundredth or more of the probability over it."),
        (made(swap_image=12), "ok", "Another image moves one hundredth or more of the probability over it."),
        (
            made(swap_image=32, swap_text=32),
            "ok",
            "Another image and another text move one hundredth or more of the probability over it.",
        ),
        (made(swap_image=0, cut_image=0), "collapsed", f"Another image moves {OVER} in fewer than one pair in five."),
        (
            made(swap_image=1, cut_image=32, swap_text=32),
            "collapsed",
            f"Another image moves {OVER} in fewer than one pair in five, though a blank one does in more.",
        ),
        (
            made(swap_image=32, swap_text=0),
            "collapsed",
            f"Another text moves {OVER} in fewer than one pair in five.",
        ),
        (
            made(swap_image=2),
            "inconclusive",
            f"It cannot be told whether another image moves {OVER} in one pair in five.",
        ),
        (
            made(swap_image=11),
            "inconclusive",
            f"It cannot be told whether another image moves {OVER} in one pair in five.",
        ),
        (
            made(ABSENT, swap_image=32),
            "ok",
            "Another image moves one hundredth or more of the probability over it. Not tried: another text, as the "
            "output is read at the tokens of the text itself.",
        ),
        (
            made({"swap-image": "all images are the same"}, cut_image=32),
            "inconclusive",
            "No modality was exchanged for another. Not tried: another image, as all images are the same.",
        ),
        (made(n=29, swap_image=0), "inconclusive", "Interventions were made on fewer than 30 images."),
    ],
)
def test_a_modality_is_judged_by_what_moves_when_it_is_exchanged(found: Interventions, label: str, reason: str) -> None:
    verdict = judge_influence(found, "it")
    assert (verdict.label, verdict.reason) == (label, reason)


def test_rare_but_large_changes_are_seldom_taken_for_none() -> None:
    """The output of one pair in five is moved: where that is the truth, it is denied in one sample of forty at most."""
    rng, denied = np.random.default_rng(0), []
    for _ in range(2000):
        effect = Effect("swap-image", "", None, np.where(rng.random(32) < 0.2, 0.5, 0.0), None)
        denied.append(judge_influence(Interventions((effect,)), "it").label == "collapsed")
    assert np.mean(denied) <= 0.025


def test_a_model_without_an_output_has_no_functional_verdict() -> None:
    assert judge_influence(Interventions(), "").label == "undefined"
