"""Sound attention of many lengths, made by formula, of which none should be called a collapse for its length or a sink.

Run with `python -m benchmarks.validity.lengths`; writes `benchmarks/lengths.md`. Rows of a square of patches attend to
their neighbours, or to a part of the image that grows with it, each by scores that follow the input; a class token
takes a share as a sink. The maps go through the sums that a diagnosis reduces them by.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from benchmarks.planted.prose import paragraph
from store.kinds.diagnostics_sites import SitePlace
from tasks.diagnostics.kinds.finding import Reading
from tasks.diagnostics.losses import LOST
from tasks.diagnostics.maps.places import MOST_ROWS
from tasks.diagnostics.maps.sinks import Received
from tasks.diagnostics.maps.sums import SiteSums

PAGE = Path(__file__).resolve().parent.parent / "lengths.md"
SIDES = (7, 14, 24, 32, 64)
"""Patches along a side: 50 to 4,097 keys with the class token, as of ViT-B-32, ViT-B-16, 336 px with 14, and more."""
SINKS = (0.0, 0.3, 0.5, 0.8, 0.95)
INPUTS, AT_ONCE, HEADS = 64, 4, 4
BY_INPUT = 1.0
"""Standard deviation of what each input adds to the scores of its keys."""

ABOUT = f"""
Written by `python -m benchmarks.validity.lengths`. {HEADS} heads of a layer attend over a square of patches, on
{INPUTS} inputs: `near` to the three by three patches around a place beside the row's own, another one in each head,
`wide` to a Gaussian window whose width is an eighth of the side, so that it grows with the image, and `far` to any
patch. To each score each input adds noise with a standard deviation of {BY_INPUT:g}. A class token takes the share of a
sink. None of this is a collapse, and nothing else changes with length. Divergences are in nats. `Half lost` says
whether the layer has lost more than half of the normalised entropy of uniform attention, sinks included: what counted
as collapsed before kinds did.
"""


@dataclass(frozen=True, slots=True)
class Row:
    """What was read of one layer."""

    spread: str
    keys: int
    sink: float
    taken: float
    """Share of attention that goes to what was found to be a sink."""
    attended: float
    """e^H without the sink."""
    kl: float
    follows: float
    """Nats of KL to the mean over inputs."""
    apart: float
    """Nats of KL to the mean over heads."""
    lost: bool
    kinds: tuple[str, ...]


def main() -> int:
    """Measure, print and write."""
    torch.manual_seed(0)
    rows = []
    for row in measured():
        rows.append(row)
        print(_line(row), flush=True)
    PAGE.write_text(page(rows), encoding="utf-8")
    return 0


def measured(
    sides: Sequence[int] = SIDES, sinks: Sequence[float] = SINKS, by_input: float = BY_INPUT, alike: bool = False
) -> Iterator[Row]:
    """A row for each spread, length and sink; heads are the same in all if they are to be `alike`."""
    for spread in ("near", "wide", "far"):
        for side in sides:
            for sink in sinks:
                yield _measured(spread, side, sink, by_input, alike)


def page(rows: Sequence[Row]) -> str:
    """In Markdown."""
    named = sum(any(kind != "sink" for kind in row.kinds) for row in rows)
    lost = sum(row.lost for row in rows)
    head = (
        "| Spread | Keys | Sink | Found of it | e^H | KL | Follows input | Heads apart | Kinds | Half lost |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---|---|",
    )
    parts = [
        "# Is sound attention called a collapse for its length?",
        paragraph(ABOUT),
        f"A kind of collapse is named in {named} of {len(rows)} layers; half of the entropy is lost in {lost} of them.",
        "\n".join([*head, *map(_line, rows)]),
    ]
    return "\n\n".join(parts) + "\n"


def _line(row: Row) -> str:
    return (
        f"| {row.spread} | {row.keys} | {row.sink:g} | {row.taken:.2f} | {row.attended:.1f} | {row.kl:.2f} | "
        f"{row.follows:.3f} | {row.apart:.3f} | {', '.join(row.kinds)} | {'yes' if row.lost else ''} |"
    )


def _measured(spread: str, side: int, sink: float, by_input: float, alike: bool) -> Row:
    rng = np.random.default_rng([side, int(100 * sink), len(spread)])
    places = np.unique(np.linspace(0, side * side - 1, MOST_ROWS).astype(int))
    fixed = _fixed(spread, side, places, alike)
    received = Received()
    counts = torch.ones(AT_ONCE, len(places), dtype=torch.bool)
    raw = []
    for scores in _scores(fixed, sink, rng, by_input, alike):
        received.add(scores.softmax(-1), scores > -math.inf, torch.ones_like(scores[..., 0], dtype=torch.bool))
    sums = SiteSums(received.sinks)
    for scores in _scores(fixed, sink, rng, by_input, alike):
        sums.add(scores, counts, places.tolist())
        raw.append(torch.special.entr(scores.softmax(-1)).sum(-1).mean().item())
    maps = sums.site_maps()
    assert maps is not None
    keys = side * side + 1
    return Row(
        spread,
        keys,
        sink,
        float(maps.sink.mean()),
        math.exp(maps.entropy.mean()),
        float(maps.kl.mean()),
        float(maps.input_part.mean()),
        maps.between_heads,
        float(np.mean(raw)) / math.log(keys) < LOST,
        Reading(SitePlace("vision", 0), "by formula", maps, None, None).found,
    )


def _fixed(spread: str, side: int, places: np.ndarray, alike: bool) -> Tensor:  # type: ignore[type-arg]
    """Scores that are the same for all inputs, [heads, rows, patches]."""
    down, across = np.divmod(np.arange(side * side), side)
    scores = np.zeros((HEADS, len(places), side * side), dtype=np.float32)
    for head, (dy, dx) in enumerate(((0, 2), (2, 0), (0, -2), (-2, 0))):
        dy, dx = (0, 0) if alike else (dy, dx)
        y, x = (((places // side) + dy) % side)[:, None], (((places % side) + dx) % side)[:, None]
        far = np.maximum(np.abs(down - y), np.abs(across - x))
        if spread == "near":
            scores[head] = np.where(far <= 1, 0.0, -np.inf)
        elif spread == "wide":
            scores[head] = -((down - y) ** 2 + (across - x) ** 2) / (2 * (side / 8) ** 2)
    return torch.from_numpy(scores)


def _scores(fixed: Tensor, sink: float, rng: np.random.Generator, by_input: float, alike: bool) -> Iterator[Tensor]:
    """[inputs at once, 1, heads, rows, 1 + patches], batch after batch; what is out of reach is only just."""
    heads, _, patches = fixed.shape
    for _ in range(INPUTS // AT_ONCE):
        noise = rng.normal(0, by_input, (AT_ONCE, 1 if alike else heads, 1, patches)).astype(np.float32)
        scores = (fixed + torch.from_numpy(noise)).clamp_min(-40.0)
        whole = scores.logsumexp(-1, keepdim=True)
        share = math.log(sink / (1 - sink)) if sink else -40.0
        yield torch.cat([whole + share, scores], dim=-1)[:, None]


if __name__ == "__main__":
    raise SystemExit(main())
