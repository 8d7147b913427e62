"""Memory: its peak, and the error of having none left."""

from __future__ import annotations

import numpy as np
import pytest

from tasks.memory import is_out_of_memory, peak_bytes, reset_peak


def test_an_allocation_that_torch_cannot_make_is_recognised() -> None:
    import torch

    with pytest.raises(RuntimeError) as failure:
        torch.empty(2**50)
    assert is_out_of_memory(failure.value)
    assert is_out_of_memory(torch.OutOfMemoryError("CUDA out of memory."))
    assert is_out_of_memory(MemoryError())
    assert not is_out_of_memory(RuntimeError("expected 3 channels"))


def test_peak_memory_of_the_process_grows_with_what_it_holds() -> None:
    reset_peak("cpu")
    before = peak_bytes("cpu")
    held = np.ones(before // 8 + 2**22)
    assert peak_bytes("cpu") >= held.nbytes > before
