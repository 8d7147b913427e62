"""What a whole diagnosis costs beside the plain forward of the same pairs, in CPU seconds: nulls, kinds, harm and all.

A model with random weights has nothing to lose, so that no other sharpness is tried on it; so the same weights are also
read from a file, as those of a trained model are.
"""

from __future__ import annotations

import logging
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.timing import Row, compared

if TYPE_CHECKING:
    from tasks.diagnostics.families.model import VisionLanguageModel

PAIRS = 100
NAME = "ViT-B-32"


def rows() -> Iterator[Row]:
    """One thread, one run each: a minute or more."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    logging.disable(logging.WARNING)  # that there are no pretrained weights is meant
    try:
        with tempfile.TemporaryDirectory(prefix="gonogo-benchmark-") as scratch:
            folder = Path(scratch)
            plain = _plain(folder)
            for weights in ("random", _saved(folder)):
                taken = _diagnosed(f"openclip:{NAME}@{weights}", folder)
                kind = "random" if weights == "random" else "from a file"
                yield compared(f"diagnose {PAIRS} pairs, {NAME}, {kind}", taken, plain, "one plain forward, CPU s", "s")
    finally:
        torch.set_num_threads(threads)
        logging.disable(logging.NOTSET)


def _diagnosed(locator: str, folder: Path) -> float:
    from store.models import DataRef, ModelRef
    from tasks.diagnostics.diagnose import diagnose

    data = DataRef(source="shapes", n=PAIRS, captions_per_image=1)
    return _cpu_s(lambda: diagnose(ModelRef.parse(locator), data, folder))


def _plain(folder: Path) -> float:
    """CPU seconds of both towers on all pairs, in batches as large as those of a diagnosis."""
    import torch

    from store.models import DataRef
    from tasks.diagnostics.datasets import open_data
    from tasks.diagnostics.datasets.images import read_image

    model, samples = _model(folder), open_data(DataRef(source="shapes", n=PAIRS), folder).samples
    given = [samples[start : start + 16] for start in range(0, PAIRS, 16)]
    passes = [model.passes([read_image(one)[0] for one in part], [one.captions[:1] for one in part]) for part in given]

    def forward() -> None:
        with torch.inference_mode():
            for works in passes:
                for work in works:
                    work.run()

    return _cpu_s(forward)


def _model(folder: Path) -> VisionLanguageModel:
    import torch

    from store.models import ModelRef
    from tasks.diagnostics.families import find_family

    ref = ModelRef.parse(f"openclip:{NAME}@random")
    return find_family(ref.family, folder).load(ref, folder, 0, torch.device("cpu"))


def _saved(folder: Path) -> Path:
    import torch

    path = folder / "weights.pt"
    torch.save(_model(folder).module.state_dict(), path)
    return path


def _cpu_s(work: Callable[[], object]) -> float:
    before = time.process_time()
    work()
    return time.process_time() - before
