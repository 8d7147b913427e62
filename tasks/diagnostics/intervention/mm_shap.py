"""MM-SHAP: what of a model's answer is owed to the words of a caption, and what to the parts of its image.

The players are the words of the caption, and the cells of a grid over the image with as many rows, and columns, as the
root of the number of words, rounded up, so that both modalities have about as many. T-SHAP is the share of the words in
the sum of absolute Shapley values. Source: Parcalabescu and Frank 2023, "MM-SHAP", ACL, arXiv:2212.08158.

A cell that takes no part has the mean colour of its image. The paper sets preprocessed pixels to 0, which is the mean
colour of what a model was trained on where its preprocessing subtracts that; what it does is known to families alone.
How a word is hidden, and what the value is, depends on the model; the paper hides tokens, by a mask where there is one:

- a dual encoder: words are taken out; the value is the logit of the pair, cosine times temperature;
- a matcher: words are taken out; the value is the probability that the pair matches;
- a writer: the tokens of a word are replaced by one that says nothing, as it is they that are predicted; the value is
  the log-likelihood of the caption, nats a token.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from store.errors import GonogoError
from tasks.diagnostics.families.dual import DualEncoder
from tasks.diagnostics.families.model import VisionLanguageModel
from tasks.diagnostics.intervention.answering import PairAnswers, TowerAnswers
from tasks.diagnostics.intervention.shapley import MOST_PLAYERS, exact_shapley, sampled_shapley
from tasks.diagnostics.measures import Floats

if TYPE_CHECKING:
    from PIL.Image import Image

    from tasks.diagnostics.intervention.steering import Changes

BUDGET = 1024
"""Forward passes that one pair may take. Where they are enough for every coalition, Shapley values are exact. A dual
encoder runs a tower for each coalition of its own players alone, and pairs what they gave."""

NOTHING = 1e-5
"""Sum of absolute Shapley values, as a share of the value of the whole pair or 1, below which they are rounding errors,
and a share of them would be one of nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class Contributions:
    """Shapley values of one pair, in the unit of the value."""

    words: Floats
    """[words]."""
    cells: Floats
    """[rows * columns], row by row."""
    error: float
    """Standard error of the share that comes of drawn orders, by the jackknife; 0 where values are exact."""
    exact: bool
    whole: float
    """Value of the whole pair."""

    @property
    def sizes(self) -> tuple[float, float]:
        """Sums of absolute Shapley values: text, and image. Drawn orders make both too large rather than too small."""
        return float(np.abs(self.words).sum()), float(np.abs(self.cells).sum())

    @property
    def text_share(self) -> float:
        """T-SHAP, 0 to 1; NaN where nothing moves the answer."""
        text, image = self.sizes
        return text / (text + image) if text + image > NOTHING * max(1.0, abs(self.whole)) else math.nan


@dataclass(frozen=True, slots=True, eq=False)
class MMShap:
    """MM-SHAP of a model on some pairs."""

    pairs: tuple[Contributions, ...]
    value: str
    """What the value is, in words."""
    hidden: str
    """What becomes of a word that takes no part, in words."""
    why_not: str = ""
    """Why there are no pairs."""

    @property
    def text_share(self) -> Floats:
        """[pairs], T-SHAP of those of which it is defined."""
        shares = np.array([each.text_share for each in self.pairs])
        return np.asarray(shares[np.isfinite(shares)])

    @property
    def undefined(self) -> str:
        """Why there is no share; empty where there is one."""
        if self.why_not or len(self.text_share):
            return self.why_not
        return "neither words nor parts of the image move what the model says of any pair"

    @property
    def sampling_error(self) -> float:
        """Standard error of the mean share that comes of drawn orders; an interval over pairs holds it already."""
        errors = [each.error for each in self.pairs if math.isfinite(each.text_share)]
        return math.hypot(*errors) / len(errors) if errors else math.nan


def measure_mm_shap(
    model: VisionLanguageModel,
    images: Sequence[Image],
    captions: Sequence[str],
    batch_size: int,
    planted: Changes,
    seed: int,
    tell: Callable[[int, int], None],
) -> MMShap:
    """MM-SHAP of image-caption pairs, one caption an image, with what is `planted` in place.

    `seed` is that of drawn orders. Pairs in which no word can be hidden, such as of a caption that is cut to the
    model's context, are left out. Raises GonogoError where an answer is not finite.
    """
    import torch

    from tasks.diagnostics.intervention.steering import Steering

    found, answers, why_not = [], None, ""
    with torch.inference_mode(), Steering(model.module, planted):
        for done, (image, caption) in enumerate(zip(images, captions, strict=True)):
            tell(done, len(images))
            asked = _answers(model, image, caption, batch_size)
            if isinstance(asked, str):
                why_not = asked
                continue
            answers = asked
            found.append(contributions(answers, np.random.default_rng([seed, done])))
    if answers is None:
        return MMShap((), "", "", why_not or "there are no pairs")
    return MMShap(tuple(found), answers.value, answers.hidden)


def contributions(answers: PairAnswers | TowerAnswers, rng: np.random.Generator, budget: int = BUDGET) -> Contributions:
    """Shapley values of one pair: exact where `budget` is enough for it, otherwise over drawn orders."""
    words, players = answers.words, answers.words + answers.cells

    def game(coalitions: np.ndarray[tuple[int, int], np.dtype[np.bool_]]) -> Floats:
        values = answers(coalitions)
        if not np.isfinite(values).all():
            raise GonogoError("the model's output is not finite for some part of a pair; measure it in float32")
        return values

    whole = float(game(np.ones((1, players), dtype=bool))[0])
    if answers.exact_cost <= budget and players <= MOST_PLAYERS:
        found = exact_shapley(game, players)
        return Contributions(found[:words], found[words:], 0.0, True, whole)
    drawn = sampled_shapley(game, players, max(2, budget // (2 * players)), rng)
    found = drawn.mean(axis=0)
    return Contributions(found[:words], found[words:], _jackknife(drawn, words), False, whole)


def _jackknife(drawn: Floats, words: int) -> float:
    """Standard error of the share of the words, of independent rows, [orders, players]."""
    n = len(drawn)
    sizes = np.abs((drawn.sum(axis=0) - drawn) / (n - 1))
    whole = sizes.sum(axis=1)
    shares = sizes[:, :words].sum(axis=1) / np.where(whole > 0, whole, 1.0)
    return float(np.sqrt((n - 1) / n * np.square(shares - shares.mean()).sum()))


def _answers(
    model: VisionLanguageModel, image: Image, caption: str, batch_size: int
) -> PairAnswers | TowerAnswers | str:
    """What answers for a pair, or why nothing does."""
    if isinstance(model, DualEncoder):
        return TowerAnswers(model, image, caption, batch_size)
    if model.coupled or model.ask_without([image], [caption], [()]) is None:
        return "of no pair it has an answer in which words could be hidden: captions may be longer than its context"
    return PairAnswers(model, image, caption, batch_size)
