"""The garbage collector, paused where much is made and nothing is to be collected."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def paused_collector(*, aged: bool = False) -> Iterator[None]:
    """Pause the cyclic collector: decoding and folding make no cycles, and it would walk all that they make.

    It would do so three times more as it gets older; where much was made, it is taken for old at once (`aged`).
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if aged:
            gc.freeze()
            gc.unfreeze()  # into the oldest generation, whatever it was in before
        if was_on:
            gc.enable()
