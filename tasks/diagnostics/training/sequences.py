"""Token sequences for models that write on after an image: one text a row, or several blind to each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

IGNORED = -100
"""Label of a token that is not learnt."""


@dataclass(frozen=True, slots=True)
class Text:
    """Token ids after the prefix, and how many of them at the front are given and not learnt."""

    ids: tuple[int, ...]
    given: int = 0


@dataclass(frozen=True, slots=True)
class Packed:
    """Sequences of a batch, padded on the right."""

    ids: Tensor
    """[rows, tokens]."""
    labels: Tensor
    """[rows, tokens]: the id that comes next in the same text, or IGNORED; no shift is needed."""
    positions: Tensor
    """[rows, tokens]: each text counts on from the prefix."""
    visible: Tensor
    """[rows, 1, tokens, tokens], boolean: the prefix and what came before in the same text."""


def pack(prefix: Sequence[int], rows: Sequence[Sequence[Text]]) -> Packed:
    """Put the texts of each row behind one prefix, each blind to the others.

    A text then has the same logits as behind a prefix of its own, and the prefix is computed once: packed questions
    leak no answers. The prefix is not learnt, but its end predicts the first token of the row's first text that gives
    none.
    """
    import torch

    start = len(prefix)
    width = start + max(sum(len(text.ids) for text in row) for row in rows)
    ids = torch.zeros(len(rows), width, dtype=torch.long)
    labels = torch.full((len(rows), width), IGNORED)
    positions = torch.zeros(len(rows), width, dtype=torch.long)
    owners = torch.full((len(rows), width), -1)
    ids[:, :start], positions[:, :start], owners[:, :start] = torch.tensor(prefix), torch.arange(start), 0
    for r, row in enumerate(rows):
        at = start
        for number, text in enumerate(row, 1):
            end = at + len(text.ids)
            ids[r, at:end] = torch.tensor(text.ids)
            positions[r, at:end] = torch.arange(start, start + len(text.ids))
            owners[r, at:end] = number
            learnt = list(text.ids)
            learnt[: text.given] = [IGNORED] * text.given
            labels[r, at : end - 1] = torch.tensor(learnt[1:])
            if not text.given and labels[r, start - 1] == IGNORED:
                labels[r, start - 1] = text.ids[0]
            at = end
    return Packed(ids, labels, positions, _visible(owners))


def _visible(owners: Tensor) -> Tensor:
    import torch

    same = owners[:, :, None] == owners[:, None, :]
    earlier = torch.ones(owners.shape[1], owners.shape[1], dtype=torch.bool).tril()
    return ((same | (owners[:, None, :] == 0)) & earlier)[:, None]
