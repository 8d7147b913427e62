"""The entropy of attention beside the plain forward and beside matrices: time, memory, scaling.

Run with `make bench-diagnostics`. One thread, so that a busy neighbour bends both sides of a ratio alike.
"""

from __future__ import annotations

import logging
import platform
import sys
from collections.abc import Iterator

from benchmarks.diagnostics_memory import memory_rows
from benchmarks.diagnostics_models import Model, attention_only, models
from benchmarks.diagnostics_scaling import scaling_lines
from benchmarks.timing import Row, compared, interleaved

PLAIN = "the plain forward"
MATRICES = "matrices + entropy"


def main() -> int:
    """Print every table, a row as soon as it is measured."""
    import torch

    torch.set_num_threads(1)
    logging.disable(logging.WARNING)  # that there are no pretrained weights is meant
    print(f"Python {platform.python_version()}, PyTorch {torch.__version__}, {platform.machine()}, one thread")
    print("medians; ours is the forward under the tap with the entropies of all rows, reduced to means\n")
    print(f"{'what':<58} {'ours':>12} {'peer':>12} {'ratio':>7}  peer is")
    with torch.inference_mode():
        for row in _time():
            _show(row)
        for row in memory_rows():
            _show(row)
        print()
        for line in scaling_lines():
            print(line, flush=True)
    return 0


def _time() -> Iterator[Row]:
    for make in models():
        yield from _of(make())
    yield compared("attention alone, N = 4096, 12 heads", *interleaved(*attention_only(4096), 3), PLAIN)


def _of(model: Model) -> Iterator[Row]:
    yield compared(model.what, *interleaved(model.tapped, model.plain, model.rounds), PLAIN)
    if model.ordinary is not None:
        yield compared(model.what, *interleaved(model.tapped, model.ordinary, model.rounds), f"{PLAIN}, no fast path")
    yield compared(model.what, *interleaved(model.tapped, model.matrices, model.rounds), MATRICES)


def _show(row: Row) -> None:
    print(f"{row.what:<58} {row.ours:>12} {row.peer:>12} {row.ratio:>7.2f}  {row.peer_is}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
