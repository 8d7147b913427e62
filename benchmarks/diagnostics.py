"""The entropy of attention beside the plain forward and beside matrices: time, memory, scaling.

Run with `make bench-diagnostics`. On the CPU by one thread, so that a busy neighbour bends both sides of a ratio alike;
then on the GPU, where there is one.
"""

from __future__ import annotations

import logging
import platform
import sys
from collections.abc import Iterator
from itertools import chain

from benchmarks.diagnostics_memory import MATRICES, device_memory_row, memory_rows
from benchmarks.diagnostics_models import Model, Place, Work, attention_only, models
from benchmarks.diagnostics_scaling import scaling_lines
from benchmarks.timing import Row, compared, interleaved, waiting

PLAIN = "the plain forward"


ON_A_GPU = (
    Place("cuda", "float32", batch=64, few=4, whole=True),
    Place("cuda", "bfloat16", batch=64, few=4, whole=True),
)


def main(wanted: list[str]) -> int:
    """Print every table, a row as soon as it is measured; `cpu` or `cuda` alone where that is wanted."""
    import torch

    if unknown := [name for name in wanted if name not in ("cpu", "cuda")]:
        print(f"there is no device {unknown[0]!r} here; choose from: cpu, cuda", file=sys.stderr)
        return 2
    torch.set_num_threads(1)
    logging.disable(logging.WARNING)  # that there are no pretrained weights is meant
    print("medians; ours is the forward under the tap with the entropies of all rows, reduced to means")
    with torch.inference_mode():
        if "cuda" not in wanted:
            _on_the_cpu()
        if "cpu" not in wanted:
            _on_the_gpu()
    return 0


def _on_the_cpu() -> None:
    _head(f"{platform.machine()}, one thread")
    for row in chain(_time(Place()), memory_rows()):
        _show(row)
    print()
    for line in scaling_lines("cpu"):
        print(line, flush=True)


def _on_the_gpu() -> None:
    import torch

    if not torch.cuda.is_available():
        print("\nthere is no CUDA device, so nothing was measured on one")
        return
    for place in ON_A_GPU:
        _head(f"{torch.cuda.get_device_name()}, {place.dtype}")
        for row in _time(place):
            _show(row)
    print()
    for line in scaling_lines("cuda"):
        print(line, flush=True)


def _head(where: str) -> None:
    import torch

    print(f"\nPython {platform.python_version()}, PyTorch {torch.__version__}, {where}")
    print(f"{'what':<62} {'ours':>12} {'peer':>12} {'ratio':>7}  peer is")


def _time(place: Place) -> Iterator[Row]:
    for make in models(place):
        model = make()
        yield from _of(model)
        if place.device == "cuda":
            yield device_memory_row(model)
    n = 4096
    yield compared(f"attention alone, N = {n}, 12 heads", *_in_turn(*attention_only(n, place), 3), PLAIN)


def _of(model: Model) -> Iterator[Row]:
    yield compared(model.what, *_in_turn(model.tapped, model.plain, model.rounds), PLAIN)
    if model.ordinary is not None:
        yield compared(model.what, *_in_turn(model.tapped, model.ordinary, model.rounds), f"{PLAIN}, no fast path")
    yield compared(model.what, *_in_turn(model.tapped, model.matrices, model.rounds), MATRICES)


def _in_turn(ours: Work, peer: Work, rounds: int) -> tuple[float, float]:
    return interleaved(waiting(ours), waiting(peer), rounds)


def _show(row: Row) -> None:
    print(f"{row.what:<62} {row.ours:>12} {row.peer:>12} {row.ratio:>7.2f}  {row.peer_is}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
