"""Peak memory that entropies add to a forward pass, each way in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from benchmarks.timing import Row

if TYPE_CHECKING:
    from benchmarks.diagnostics_models import Model

MATRICES = "matrices + entropy"

SIZES = {2026: 630, 4097: 896}
"""Tokens -> edge of the image, 14 pixels a token and a class token."""


def memory_rows() -> Iterator[Row]:
    """One layer of CLIP ViT-L/14: what the tap adds beside what matrices add."""
    for tokens, image_size in SIZES.items():
        plain, ours, matrices = (_peak(way, image_size) for way in ("plain", "tapped", "matrices"))
        added, peer = max(0.0, ours - plain), matrices - plain
        what = f"peak memory added, one layer, N = {tokens}"
        yield Row(what, f"{added:.0f} MiB", f"{peer:.0f} MiB", added / peer, MATRICES)


def device_memory_row(model: Model) -> Row:
    """What the tap adds to the memory of a GPU beside what matrices add."""
    plain, ours, matrices = (_device_peak(work) for work in (model.plain, model.tapped, model.matrices))
    added, peer = max(0.0, ours - plain), matrices - plain
    what = model.what.partition(",")[0] + ", peak memory added"
    return Row(what, f"{added:.0f} MiB", f"{peer:.0f} MiB", added / peer if peer > 0 else float("nan"), MATRICES)


def _device_peak(work: Callable[[], object]) -> float:
    import torch

    torch.cuda.reset_peak_memory_stats()
    before = torch.cuda.memory_allocated()
    work()
    return (torch.cuda.max_memory_allocated() - before) / 2**20


def _peak(way: str, image_size: int) -> float:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.diagnostics_memory", way, str(image_size)],
        capture_output=True,
        text=True,
        check=True,
    )
    return float(done.stdout)


def main(way: str, image_size: int) -> int:
    """Print the peak resident memory, MiB, of one forward pass of one way."""
    import torch

    from benchmarks.diagnostics_models import clip_vision_model, entropy, tapped
    from tasks.memory import peak_bytes, reset_peak

    torch.set_num_threads(1)
    cpu = torch.device("cpu")
    model = clip_vision_model(image_size, 1, "eager" if way == "matrices" else "sdpa")
    pixels = torch.randn(1, 3, image_size, image_size)
    with torch.inference_mode():
        model(pixels[..., :image_size, :image_size])
        reset_peak(cpu)
        if way == "plain":
            model(pixels)
        elif way == "tapped":
            tapped(model, lambda: model(pixels), 1)
        else:
            [entropy(weights).mean(-1) for weights in model(pixels, output_attentions=True).attentions]
        print(peak_bytes(cpu) / 2**20)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2])))
