"""What a model says of one pair of which only some words, and some cells of a grid over the image, take part."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from tasks.diagnostics.families.model import VisionLanguageModel, without_words
from tasks.diagnostics.intervention.influence import blank
from tasks.diagnostics.intervention.shapley import Coalitions
from tasks.diagnostics.measures import Floats

if TYPE_CHECKING:
    from PIL.Image import Image

    from tasks.diagnostics.families.dual import DualEncoder
    from tasks.diagnostics.families.model import Output


def side_of_grid(words: int) -> int:
    """Rows, and columns, of the grid: the root of the number of words, rounded up, and one at least."""
    return max(1, math.isqrt(words - 1) + 1 if words > 1 else 1)


def partly(image: Image, side: int, cells: Sequence[bool]) -> Image:
    """The image with the cells that take no part in its mean colour; `cells` has side * side, row by row."""
    shown, empty = image.convert("RGB").copy(), blank(image)
    across, down = ([round(at * length / side) for at in range(side + 1)] for length in image.size)
    for at, there in enumerate(cells):
        row, column = divmod(at, side)
        box = (across[column], down[row], across[column + 1], down[row + 1])
        if not there and box[0] < box[2] and box[1] < box[3]:
            shown.paste(empty.crop(box), box)
    return shown


class _Answers:
    """Players of a pair: first its words, then the cells of the grid."""

    def __init__(self, image: Image, caption: str, batch_size: int) -> None:
        self._image = image
        self._caption = caption
        self._batch_size = batch_size
        self.words = len(caption.split())
        self._side = side_of_grid(self.words)
        self.cells = self._side**2

    def _images(self, coalitions: Coalitions) -> list[Image]:
        return [partly(self._image, self._side, cells.tolist()) for cells in coalitions[:, self.words :]]

    def _hidden(self, coalitions: Coalitions) -> list[tuple[int, ...]]:
        return [tuple(np.flatnonzero(~words).tolist()) for words in coalitions[:, : self.words]]

    def _batches(self, coalitions: Coalitions, work: Callable[[Coalitions], Floats]) -> Floats:
        parts = (coalitions[at : at + self._batch_size] for at in range(0, len(coalitions), self._batch_size))
        return np.concatenate([work(part) for part in parts])


class TowerAnswers(_Answers):
    """The logit of the pair in a dual encoder, whose towers see coalitions of their own players alone.

    What a tower gave is kept, so that no coalition of its players is run twice.
    """

    value = "the logit of the pair"
    hidden = "taken out"

    def __init__(self, model: DualEncoder, image: Image, caption: str, batch_size: int) -> None:
        super().__init__(image, caption, batch_size)
        self._model = model
        self._kept: dict[bytes, Floats] = {}

    @property
    def exact_cost(self) -> int:
        """Forward passes that all coalitions take."""
        return (1 << self.words) + (1 << self.cells)

    def __call__(self, coalitions: Coalitions) -> Floats:
        """The value of each, [coalitions]."""
        texts, images = coalitions.copy(), coalitions.copy()
        texts[:, self.words :] = images[:, : self.words] = True
        (of_texts, text), (of_images, image) = self._embedded(texts, True), self._embedded(images, False)
        return np.asarray(self._model.temperature() * (of_texts @ of_images.T)[text, image])

    def _embedded(self, coalitions: Coalitions, text: bool) -> tuple[Floats, np.ndarray[tuple[int], np.dtype[np.intp]]]:
        """Embeddings of one tower, [different coalitions, width], and which is whose; players of the other are in."""
        coalitions, whose = np.unique(coalitions, axis=0, return_inverse=True)
        keys = [bytes([text]) + row.tobytes() for row in coalitions]
        missing = {key: at for at, key in enumerate(keys) if key not in self._kept}
        if missing:
            made = self._batches(coalitions[list(missing.values())], self._of_texts if text else self._of_images)
            self._kept.update(zip(missing, made, strict=True))
        return np.stack([self._kept[key] for key in keys]), whose.reshape(-1)

    def _of_texts(self, coalitions: Coalitions) -> Floats:
        texts = [without_words(self._caption, hidden) for hidden in self._hidden(coalitions)]
        return np.asarray(self._model.text_embeddings(texts).double().cpu().numpy())

    def _of_images(self, coalitions: Coalitions) -> Floats:
        return np.asarray(self._model.image_embeddings(self._images(coalitions)).double().cpu().numpy())


class PairAnswers(_Answers):
    """What a model says of a pair that it sees by itself."""

    def __init__(self, model: VisionLanguageModel, image: Image, caption: str, batch_size: int) -> None:
        super().__init__(image, caption, batch_size)
        self._model = model
        self.value = (
            "the probability of a match" if model.matches else "the log-likelihood of the caption, nats a token"
        )
        self.hidden = model.hidden_word

    @property
    def exact_cost(self) -> int:
        """Forward passes that all coalitions take."""
        return 1 << (self.words + self.cells)

    def __call__(self, coalitions: Coalitions) -> Floats:
        """The value of each, [coalitions]; what is there twice is asked once."""
        once, back = np.unique(coalitions, axis=0, return_inverse=True)
        return np.asarray(self._batches(once, self._values)[back.reshape(-1)])

    def _values(self, coalitions: Coalitions) -> Floats:
        captions = [self._caption] * len(coalitions)
        ask = self._model.ask_without(self._images(coalitions), captions, self._hidden(coalitions))
        output = None if ask is None else ask()
        assert output is not None, "it had an output a moment ago"
        return _match(output) if self._model.matches else _likelihood(output)


def _match(output: Output) -> Floats:
    """[samples], the probability of class 1."""
    return np.asarray(output.logits.double().softmax(dim=-1)[:, 0, 1].cpu().numpy())


def _likelihood(output: Output) -> Floats:
    """[samples], mean log-likelihood of the right classes, nats."""
    assert output.labels is not None
    logs = output.logits.double().log_softmax(dim=-1).gather(-1, output.labels.clamp_min(0)[..., None])[..., 0]
    return np.asarray((logs.where(output.valid, 0.0).sum(1) / output.valid.sum(1)).cpu().numpy())
