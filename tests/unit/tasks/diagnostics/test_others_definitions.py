"""Cases that others published or stumbled over, and what is right about them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from tasks.diagnostics.attention.calls import Projected, Scored
from tasks.diagnostics.attention.entropy import measure
from tasks.diagnostics.families.model import Output
from tasks.diagnostics.harm.judging import above_untrained
from tasks.diagnostics.harm.measuring import Performance
from tasks.diagnostics.harm.task_loss import Task
from tests.unit.tasks.diagnostics.maps.test_similarity import similarity


@pytest.mark.parametrize(("tokens", "norm", "bound"), [(4, 1.0, 1.22666), (4, 4.0, 0.16192), (50, 4.0, 2.49180)])
def test_the_sharpest_row_of_a_norm_has_the_entropy_of_the_lower_bound(tokens: int, norm: float, bound: float) -> None:
    """Theorem 3.1 of Zhai et al. (2023), arXiv:2303.06296: one score above all others, which are equal."""
    row = torch.full((tokens,), -norm / math.sqrt(tokens * (tokens - 1)), dtype=torch.float64)
    row[0] = norm * math.sqrt((tokens - 1) / tokens)
    found = measure(Scored("site", row.expand(1, 1, 2, tokens)), 1).entropy
    beta = math.exp(-norm * math.sqrt(tokens / (tokens - 1)))
    whole = 1 + (tokens - 1) * beta
    exact = math.log(whole) + norm * math.sqrt(tokens * (tokens - 1)) * beta / whole
    np.testing.assert_allclose(found.numpy(), exact, rtol=1e-12)
    assert exact == pytest.approx(bound, abs=5e-6)


def test_uniform_attention_of_a_caption_is_uniform_whatever_stands_behind_it() -> None:
    """openai/CLIP 183: of 77 causal rows 8 are the caption's; each is held to its own keys."""
    zeros = torch.zeros(1, 1, 77, 4)
    rows = measure(Projected("site", zeros, zeros, None, True, 0.5), 1)
    own = (rows.entropy[0, 0, 1:8] / rows.attendable[0, 0, 1:8].log()).numpy()
    np.testing.assert_allclose(own, 1.0, atol=1e-6)


@pytest.mark.parametrize(("tokens", "cosine"), [("orthogonal", 0.0), ("opposite", -1.0), ("one", 1.0)])
def test_a_token_is_not_compared_with_itself(tokens: str, cosine: float) -> None:
    """Else orthogonal tokens give 1 / n, and opposite ones 0."""
    given = {
        "orthogonal": torch.eye(4),
        "opposite": torch.tensor([[1.0, 0.0], [-1.0, 0.0]]),
        "one": torch.ones(4, 3),
    }[tokens]
    found = similarity(given.expand(3, -1, -1))
    assert found.cosine == pytest.approx(cosine, abs=1e-6)


def test_two_opposite_tokens_are_of_rank_one_and_not_one_token() -> None:
    """Dong et al. (2021), arXiv:2103.03404: the residual is that from equal rows, which these are not."""
    assert similarity(torch.tensor([[1.0, 2.0], [-1.0, -2.0]]).expand(3, -1, -1)).within == pytest.approx(1.0)


class AlwaysYes:
    """A matcher that has seen no image."""

    coupled, matches = False, True
    module = torch.nn.Identity()

    def ask(self, images: Any, captions: Any, _: Any = None) -> Any:
        logits = torch.tensor([[[-3.0, 3.0]]]).expand(len(images), -1, -1)
        yes = torch.ones(len(images), 1, dtype=torch.long)
        del captions
        return lambda _=None: Output(logits, yes.bool(), yes)


def test_a_matcher_that_always_says_yes_is_at_the_floor() -> None:
    """As a blind answerer of POPE is, whose accuracy on true pairs alone is 1."""
    images = [Image.new("RGB", (8, 8))] * 40
    found = Task(AlwaysYes(), images, [f"caption {i}" for i in range(40)], 8).loss({})  # type: ignore[arg-type]
    assert found is not None
    np.testing.assert_allclose(found.beaten, 0.5)
    guessing = Task(AlwaysYes(), images, ["a", "b"] * 20, 8).loss({})  # type: ignore[arg-type]
    assert guessing is not None
    assert not above_untrained(Performance(found, (guessing,)))
