"""Nulls that are kept for the next time, under a digest of all that decides their numbers."""

from __future__ import annotations

import contextlib
import hashlib
import json
import sys
import uuid
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tasks.diagnostics.families.weights import file_sha256

if TYPE_CHECKING:
    from torch import nn

    from tasks.diagnostics.families.model import Pass, VisionLanguageModel
    from tasks.diagnostics.site_layout import SiteLayout

_VERSION = 6
"""Raised when the same model on the same data would give other numbers, or more of them."""

Arrays = Mapping[str, NDArray[Any]]


def key(
    model: VisionLanguageModel,
    layout: SiteLayout,
    passes: Sequence[Pass],
    data: str,
    seeds: Sequence[int],
    libraries: Mapping[str, str],
    rows: int | None = None,
    asked: bool = False,
) -> str:
    """SHA-256 of the architecture, what it is shown, how that is read, the seeds, the device and the libraries.

    The weights do not count, so that all models of one architecture share what is kept. `data` names what is shown
    for models whose passes do not tell their inputs; `libraries` are name -> version, and `asked` tells
    whether copies do the task of the model.
    """
    config: Any = getattr(model.module, "config", None)
    described = {
        "version": _VERSION,
        "architecture": repr(model.module),
        "settings": config.to_json_string() if hasattr(config, "to_json_string") else _settings(model.module),
        "shapes": [(name, list(tensor.shape), str(tensor.dtype)) for name, tensor in model.module.state_dict().items()],
        "sources": _sources(model),
        "sites": [str(model.place(spot.name)) for spots in layout.roles.values() for spot in spots],
        "tokenizer": model.provenance.tokenizer,
        "data": data,
        "inputs": [_digest(each) for each in passes],
        "seeds": list(seeds),
        "rows": rows,
        "asked": asked,
        "device": model.device.type,
        "libraries": dict(libraries),
    }
    return hashlib.sha256(json.dumps(described, sort_keys=True).encode()).hexdigest()


def read(path: Path) -> Arrays | None:
    """What is kept, where there is something that can be read."""
    try:
        with np.load(path, allow_pickle=False) as kept:
            return {name: kept[name] for name in kept.files}
    except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile):
        return None


def write(path: Path, arrays: Arrays) -> None:
    """Keep arrays; the file appears whole or not at all, and a cache that cannot be written is no harm."""
    partial = path.with_name(f".{path.name}-{uuid.uuid4().hex}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with partial.open("wb") as file:
            np.savez(file, allow_pickle=False, **arrays)
        partial.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)


def _settings(module: nn.Module) -> list[tuple[str, dict[str, Any]]]:
    """Plain attributes of every part, as not all that decides shows in its `repr`: an attention's heads do not."""
    plain = (bool, int, float, str)
    return [
        (name, {key: value for key, value in vars(part).items() if isinstance(value, plain)})
        for name, part in module.named_modules()
    ]


def _sources(model: VisionLanguageModel) -> list[str]:
    """SHA-256 of the files of all classes that the model is made of: people change models of their own between runs."""
    kinds = {base for part in (model, *model.module.modules()) for base in type(part).__mro__}
    files = {getattr(sys.modules.get(kind.__module__), "__file__", None) for kind in kinds}
    return sorted(file_sha256(Path(file)) for file in files if file and Path(file).is_file())


def _digest(work: Pass) -> str:
    """SHA-256 of what a pass is given and of what its sequences are said to be."""
    whole = hashlib.sha256()
    read = {
        f"{name}/{part}": getattr(tokens, part)
        for name, tokens in work.sequences.items()
        for part in ("kinds", "readout", "lengths")
    }
    for name, value in sorted({**work.inputs, **read}.items()):
        whole.update(f"{name}:{_described(value)};".encode())
    return whole.hexdigest()


def _described(value: Any) -> str:
    import torch

    if not isinstance(value, torch.Tensor):
        return repr(value)
    content = value.detach().cpu().flatten().view(torch.uint8).numpy().tobytes()
    return f"{value.dtype} {list(value.shape)} {hashlib.sha256(content).hexdigest()}"
