"""How well a model does its own task on image-caption pairs, pair by pair: the loss, and the share of rivals beaten."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from store.errors import GonogoError
from tasks.diagnostics.intervention.exchanging import next_other
from tasks.diagnostics.measures import Floats

if TYPE_CHECKING:
    from PIL.Image import Image
    from torch import Tensor

    from tasks.diagnostics.families.model import Answer, Output, VisionLanguageModel
    from tasks.diagnostics.intervention.recalling import BlockMemory
    from tasks.diagnostics.intervention.steering import Changes


TEMPERATURES = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0)
"""What logits are divided by: the model's own 1 first."""


@dataclass(frozen=True, slots=True, eq=False)
class TaskLoss:
    """Of each pair."""

    at: Floats
    """[pairs, TEMPERATURES], negative log-likelihood of the right answer, nats, with the logits divided by each."""
    beaten: Floats
    """[pairs], share of the wrong answers that are less likely than the right one, ties by half: .5 by guessing.

    Where it is asked whether pairs match, the wrong answer is that another caption matches.
    """

    @property
    def loss(self) -> Floats:
        """[pairs], negative log-likelihood of the right answer, nats: in dual encoders the mean of both directions."""
        return np.asarray(self.at[:, 0])

    @property
    def tempered(self) -> Floats:
        """[pairs], the same at the temperature that serves all pairs best.

        What makes an output less sure lowers the loss of a model that is wrong, and mends nothing.
        """
        return np.asarray(self.at[:, int(self.at.mean(axis=0).argmin())])


class Task:
    """The task of a model on some pairs, to be done again and again with its attention, or its weights, changed.

    A dual encoder finds the caption of each image, and the image of each caption, among those of all pairs. What says
    whether a pair matches is asked of each pair, and of its image with another caption, as it could do well by always
    saying yes otherwise. A writer predicts the next token of each caption. What `memory` has of its blocks is not run
    again.
    """

    def __init__(
        self,
        model: VisionLanguageModel,
        images: Sequence[Image],
        captions: Sequence[str],
        batch_size: int,
        memory: BlockMemory | None = None,
    ) -> None:
        self._model = model
        self._memory = memory
        size = len(images) if model.coupled else max(1, min(batch_size, len(images)))
        parts = [slice(start, start + size) for start in range(0, len(images), size)]
        self._own = [model.ask(images[part], captions[part], batch_size) for part in parts]
        self._false: list[Answer] = []
        if model.matches:
            others = next_other(captions, str)
            self._false = [model.ask(images[part], others[part], batch_size) for part in parts]

    def loss(self, changes: Changes, site: str | None = None) -> TaskLoss | None:
        """How well the model does, changed so; None where it has no task with right answers.

        `site` is a site whose role alone is changed otherwise than when it was last None. Raises GonogoError where the
        output is not finite.
        """
        import torch

        from tasks.diagnostics.intervention.steering import Steering

        module = self._model.module
        recalling = nullcontext() if self._memory is None else self._memory.recalling(module, changes)
        with torch.inference_mode(), recalling, Steering(module, changes):
            true, false = ([ask(site) for ask in asked] for asked in (self._own, self._false))
            whole = _joined([_read(output, self._model.coupled) for output in true])
            wrong = _joined([_read(output, False, 0) for output in false])
        if whole is None or wrong is None:
            return whole
        return TaskLoss((whole.at + wrong.at) / 2, _matched(true, false))


def _read(output: Output | None, coupled: bool, label: int | None = None) -> TaskLoss | None:
    """Loss and rivals beaten of each sample; `label` is the right class where all have the same."""
    if output is None or output.labels is None:
        return None
    ways = [output, output.turned()] if coupled else [output]
    losses, beaten = zip(*(_one_way(way, label) for way in ways), strict=True)
    return TaskLoss(np.asarray(np.mean(losses, axis=0)), np.asarray(np.mean(beaten, axis=0)))


def _matched(true: Sequence[Output | None], false: Sequence[Output | None]) -> Floats:
    """Whether each pair is more likely to match, in the model's words, than its image with another caption; ties half.

    So a model that is sure of neither, or says no too often, is told from one that cannot tell them apart.
    """
    odds = [np.concatenate([_odds(output) for output in outputs if output is not None]) for outputs in (true, false)]
    return np.asarray((odds[0] > odds[1]) + (odds[0] == odds[1]) / 2)


def _odds(output: Output) -> Floats:
    """Log odds that each pair matches, [pairs], of logits of no and yes."""
    logits = output.logits.double()
    return _mean(logits[..., 1] - logits[..., 0], output.valid)


def _one_way(output: Output, label: int | None) -> tuple[Floats, Floats]:
    import torch

    assert output.labels is not None
    logits = output.logits.double()
    labels = output.labels.clamp_min(0) if label is None else torch.full_like(output.labels, label)
    right = logits.gather(-1, labels[..., None])
    losses = ((logits / by).logsumexp(-1) - right[..., 0] / by for by in TEMPERATURES)
    loss = np.stack([_mean(each, output.valid) for each in losses], axis=1)
    if not np.isfinite(loss).all():
        raise GonogoError("the model's output is not finite on some image; measure it in float32, or without influence")
    below, equal = (logits < right).sum(-1).double(), (logits == right).sum(-1).double() - 1
    return loss, _mean((below + equal / 2) / max(1, logits.shape[-1] - 1), output.valid)


def _mean(values: Tensor, valid: Tensor) -> Floats:
    """Over the positions that count, [samples]."""
    return np.asarray((values.where(valid, 0.0).sum(1) / valid.sum(1)).cpu().numpy())


def _joined(parts: Sequence[TaskLoss | None]) -> TaskLoss | None:
    found = [part for part in parts if part is not None]
    if not found or len(found) < len(parts):
        return None
    return TaskLoss(np.concatenate([part.at for part in found]), np.concatenate([part.beaten for part in found]))
