"""Rolls out the attention of a model's roles, in the passes in which sinks are looked for, which have few inputs."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from store.models import Role
from tasks.diagnostics.attention.calls import AttentionCall, Projected
from tasks.diagnostics.families.model import Pass, Tokens, VisionLanguageModel
from tasks.diagnostics.maps.rollout import MOST_TOKENS, ROLES, Rollout
from tasks.diagnostics.maps.scores import scored_rows
from tasks.diagnostics.measures import Floats

if TYPE_CHECKING:
    from torch import Tensor


class Rollouts:
    """The rollouts of all roles of a model, over the inputs of the passes that are kept."""

    def __init__(self, model: VisionLanguageModel) -> None:
        self._model = model
        self._entropies: dict[str, list[Tensor]] = {}
        self.unrolled: dict[Role, str] = {}
        """Role that attends within its sequence -> why it was not rolled out."""

    def of(self, work: Pass, every: int) -> PassRollout:
        """What takes in the calls of a pass, of which every so many samples is looked at."""
        return PassRollout(self._model, work, every)

    def keep(self, watched: PassRollout) -> None:
        """Let a pass count that has run."""
        self.unrolled.update(watched.unrolled)
        for site, entropies in watched.entropies.items():
            self._entropies.setdefault(site, []).append(entropies.cpu())

    def by_site(self) -> Mapping[str, Floats]:
        """Site -> [inputs], normalised entropy of the rollout behind it."""
        return {
            site: np.concatenate([each.numpy() for each in parts])
            for site, parts in self._entropies.items()
            if self._model.place(site).role not in self.unrolled
        }


class PassRollout:
    """The rollouts of one pass."""

    def __init__(self, model: VisionLanguageModel, work: Pass, every: int) -> None:
        self._model = model
        self._work = work
        self._every = every
        self.rollouts: dict[Role, Rollout] = {}
        self.entropies: dict[str, Tensor] = {}
        """Site -> [inputs], float64, of the rollout behind it."""
        self.unrolled: dict[Role, str] = {}

    def take(self, call: AttentionCall) -> None:
        """Take in a call; roles whose attention is no square of one sequence are left out, and told."""
        place = self._model.place(call.site)
        role = place.role
        if role not in ROLES or role in self.unrolled:
            return
        tokens = self._work.sequences.get(place.queries)
        if why := self._why_not(call, tokens):
            self.unrolled[role] = why
            self.rollouts.pop(role, None)
            return
        try:
            rollout = self.rollouts.setdefault(role, Rollout())
            rollout.add(*_matrices(call, self._work.samples, self._every))
        except ValueError:
            self.unrolled[role] = "its layers see sequences of different lengths, or parts of them"
            self.rollouts.pop(role, None)
            return
        self.entropies[call.site] = rollout.entropy_norm(_picked(tokens, self._every, _rows(call)))

    def _why_not(self, call: AttentionCall, tokens: Tokens | None) -> str:
        keys = call.k.shape[-2] if isinstance(call, Projected) else call.scores.shape[-1]
        if tokens is not None and tokens.lengths is not None:
            return "samples are packed one after another"
        if call.site in self.entropies:
            return "a layer of it attends several times in one pass"
        if keys != _rows(call):
            return "it attends to more than its own sequence"
        if keys > MOST_TOKENS:
            return f"its sequences have {keys} tokens, more than the {MOST_TOKENS} for which there is room"
        return ""


def _rows(call: AttentionCall) -> int:
    whole = call.q if isinstance(call, Projected) else call.scores
    return int(whole.shape[-2])


def _matrices(call: AttentionCall, samples: int, every: int) -> tuple[Tensor, Tensor]:
    """Mean over heads, and what any head may attend to, [inputs, rows, keys], of every so many samples.

    Raises ValueError where a sample is attended to in several windows.
    """
    import torch

    weights, attendable = [], []
    for part in scored_rows(call, samples, None):
        if part.scores.shape[1] != 1:
            raise ValueError("several windows")
        scores = part.scores[-part.first % every :: every, 0]
        free = scores > -math.inf
        weights.append(scores.softmax(dim=-1).where(free, 0.0).mean(dim=1))
        attendable.append(free.any(dim=1))
    return torch.cat(weights), torch.cat(attendable)


def _picked(tokens: Tokens | None, every: int, length: int) -> Tokens | None:
    """What the rows of every so many samples are; kinds of another sequence tell nothing."""
    if tokens is None:
        return None
    fits = tokens.kinds is not None and tokens.kinds.shape[-1] == length
    return Tokens(
        tokens.kinds[::every] if fits and tokens.kinds is not None else None,
        None if tokens.readout is None else tokens.readout[::every],
    )
