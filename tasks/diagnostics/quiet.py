"""Libraries kept quiet while they load or train: their bars and logs are not for who uses gonogo."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_bars() -> Iterator[None]:
    """Without the progress bars of the transformers library."""
    from transformers.utils import logging as library

    shown = library.is_progress_bar_enabled()
    library.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            library.enable_progress_bar()


@contextmanager
def without_root_logs() -> Iterator[None]:
    """Keep open_clip, which logs to the root logger, from configuring logging on its own: it would print."""
    root, handler = logging.getLogger(), logging.NullHandler()
    root.addHandler(handler)
    try:
        yield
    finally:
        root.removeHandler(handler)


@contextmanager
def quiet() -> Iterator[None]:
    """Without either."""
    with without_bars(), without_root_logs():
        yield
