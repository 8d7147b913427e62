"""Functional collapse: what may be said of a model's modalities, given what interventions moved."""

from __future__ import annotations

import numpy as np
import pytest

from tasks.diagnostics.intervention.finding import judge_influence
from tasks.diagnostics.intervention.influence import Effect, Interventions, Kind

SWAP, CUT, TEXT, CUT_TEXT = "swap-image", "cut-image", "swap-text", "cut-text"
ABSENT: dict[Kind, str] = {
    "swap-text": "the output is read at the tokens of the text itself",
    "cut-text": "the output is read at the tokens of the text itself",
}


def made(untried: dict[Kind, str] | None = None, n: int = 32, **means: float) -> Interventions:
    """Effects whose changes lie within a fifth of their means."""
    spread = np.linspace(0.8, 1.2, n)
    effects = [Effect(kind.replace("_", "-"), "", None, mean * spread, None) for kind, mean in means.items()]  # type: ignore[arg-type]
    return Interventions(tuple(effects), untried or {})


@pytest.mark.parametrize(
    ("found", "label", "reason"),
    [
        (made(swap_image=0.2), "ok", "Another image moves the probability over it."),
        (made(swap_image=0.2, swap_text=0.3), "ok", "Another image and another text move the probability over it."),
        (
            made(swap_image=0.001, cut_image=0.002),
            "collapsed",
            "Another image moves less than one hundredth of the probability over it.",
        ),
        (
            made(swap_image=0.001, cut_image=0.3, swap_text=0.3),
            "collapsed",
            "Another image moves less than one hundredth, though a blank one moves more, of the probability over it.",
        ),
        (
            made(swap_image=0.2, swap_text=0.001),
            "collapsed",
            "Another text moves less than one hundredth of the probability over it.",
        ),
        (
            made(swap_image=0.01),
            "inconclusive",
            "It cannot be told whether another image moves as much as one hundredth of the probability over it.",
        ),
        (
            made(ABSENT, swap_image=0.2),
            "ok",
            "Another image moves the probability over it. Not tried: another text, as the output is read at the tokens "
            "of the text itself.",
        ),
        (
            made({"swap-image": "all images are the same"}, cut_image=0.3),
            "inconclusive",
            "No modality was exchanged for another. Not tried: another image, as all images are the same.",
        ),
        (made(n=29, swap_image=0.001), "inconclusive", "Interventions were made on fewer than 30 images."),
    ],
)
def test_a_modality_is_judged_by_what_moves_when_it_is_exchanged(found: Interventions, label: str, reason: str) -> None:
    verdict = judge_influence(found, "it")
    assert (verdict.label, verdict.reason) == (label, reason)


def test_a_model_without_an_output_has_no_functional_verdict() -> None:
    assert judge_influence(Interventions(), "").label == "undefined"
