"""The training loop that the recipes share: AdamW, warm-up and cosine decay, clipped gradients."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from store.errors import GonogoError

if TYPE_CHECKING:
    from torch import Tensor, nn

BETAS = (0.9, 0.98)
CLIP_NORM = 1.0
FLOOR = 0.01
"""Share of the rate that is left at the last step."""
_POINTS = 40
"""Most points of a loss curve."""


@dataclass(frozen=True, slots=True)
class TrainingPlan:
    """How a model is trained."""

    steps: int
    batch: int
    rate: float
    warm_up: int = 100
    decay: float = 0.05
    """Weight decay of matrices; vectors and scalars have none."""
    faster: tuple[tuple[str, float], ...] = ()
    """Parts of parameter names, and by how much the rate of such parameters is multiplied."""


def stages(plan: TrainingPlan, shares: Sequence[tuple[float, int]]) -> Callable[[int], int]:
    """A curriculum: step, from 0 -> the value of the stage it falls in. `shares` says up to which part of the steps."""

    def value(step: int) -> int:
        return next((value for share, value in shares if step < share * plan.steps), shares[-1][1])

    return value


@dataclass(frozen=True, slots=True)
class TrainingProgress:
    """Where a training run stands; the loss is a running mean."""

    step: int
    steps: int
    loss: float
    seconds: float

    @property
    def minutes_left(self) -> float:
        """At the speed so far."""
        return self.seconds / self.step * (self.steps - self.step) / 60


@dataclass(frozen=True, slots=True)
class Trained:
    """What came of a training run."""

    minutes: float
    cpu_minutes: float
    """What the process itself took; less than `minutes` on a machine that is busy elsewhere."""
    final_loss: float
    """Mean of the last twentieth of the steps."""
    curve: tuple[tuple[int, float], ...]
    """Step, and the mean loss since the point before."""


class Diverged(GonogoError):
    """The loss is no longer a number."""


def fit(
    module: nn.Module, losses: Iterator[Tensor], plan: TrainingPlan, on_step: Callable[[TrainingProgress], None]
) -> Trained:
    """Train a module in place. Raises Diverged when the loss is not finite.

    `losses` gives one scalar a step, from the module as it is at that moment.
    """
    import torch

    optimiser, seen, mean = _optimiser(module, plan), [], 0.0
    started, worked = time.monotonic(), time.process_time()
    module.train()
    for step in range(1, plan.steps + 1):
        for group in optimiser.param_groups:
            group["lr"] = rate_at(step, plan) * group["times"]
        loss = next(losses)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(module.parameters(), CLIP_NORM)
        optimiser.step()
        seen.append(loss.item())
        if not math.isfinite(seen[-1]):
            raise Diverged(f"training: the loss is {seen[-1]} at step {step}; choose another seed")
        mean = seen[-1] if step == 1 else mean + max(1 / step, 0.02) * (seen[-1] - mean)
        on_step(TrainingProgress(step, plan.steps, mean, time.monotonic() - started))
    module.eval()
    last = seen[-max(1, plan.steps // 20) :]
    return Trained(
        minutes=(time.monotonic() - started) / 60,
        cpu_minutes=(time.process_time() - worked) / 60,
        final_loss=sum(last) / len(last),
        curve=_curve(seen),
    )


def rate_at(step: int, plan: TrainingPlan) -> float:
    """The learning rate of a step, counted from 1: a linear rise, then half a cosine down to FLOOR."""
    rise = min(1.0, step / plan.warm_up)
    fall = 0.5 * (1 + math.cos(math.pi * min(1.0, step / plan.steps)))
    return plan.rate * rise * (FLOOR + (1 - FLOOR) * fall)


def _optimiser(module: nn.Module, plan: TrainingPlan) -> Any:
    import torch

    groups: dict[tuple[float, float], list[Any]] = {}
    for name, parameter in module.named_parameters():
        if parameter.requires_grad:
            times = next((factor for part, factor in plan.faster if part in name), 1.0)
            groups.setdefault((plan.decay if parameter.ndim >= 2 else 0.0, times), []).append(parameter)
    listed = [{"params": found, "weight_decay": decay, "times": times} for (decay, times), found in groups.items()]
    return torch.optim.AdamW(listed, lr=plan.rate, betas=BETAS)


def _curve(losses: list[float]) -> tuple[tuple[int, float], ...]:
    stride = max(1, math.ceil(len(losses) / _POINTS))
    chunks = [losses[start : start + stride] for start in range(0, len(losses), stride)]
    ends = [min(start + stride, len(losses)) for start in range(0, len(losses), stride)]
    return tuple((end, round(sum(chunk) / len(chunk), 4)) for end, chunk in zip(ends, chunks, strict=True))
