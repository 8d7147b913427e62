"""Where weights come from: a seed, a path on this machine, or a name that a library resolves over the network."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from store.errors import BadInput, GonogoError, first_line
from store.specs import ModelRef
from tasks.diagnostics import zoo
from tasks.memory import is_out_of_memory

if TYPE_CHECKING:
    from torch import nn

RANDOM = "random initialisation (untrained)"

ZOO = "zoo"
"""Weights of a model that is shipped with the package; its name says which."""

CHECKPOINTS = (".safetensors", ".pt", ".pth", ".bin")
"""Suffixes of checkpoint files; all but the first are read with pickled objects refused."""


TOKENIZER_FILES = (
    *("tokenizer.json", "tokenizer_config.json", "vocab.json", "vocab.txt"),
    *("spiece.model", "tokenizer.model", "sentencepiece.bpe.model"),
)
"""Files of which a tokenizer has at least one."""


class WeightsUnavailable(GonogoError):
    """The weights cannot be had on this machine."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(f"{reason}; {remedy}")
        self.reason = reason
        self.remedy = remedy


class UnusableModel(BadInput):
    """The model was found, and cannot be used as it is."""


def local_path(ref: ModelRef, workspace: Path) -> Path | None:
    """The weights as a path, where they are one: it exists, relative to `workspace`, or can be nothing else.

    Raises BadInput when it can only be a path and is not there, or is a name that the zoo does not know.
    """
    weights = ref.weights
    if weights == ZOO:
        return zoo.folder(ref.name)
    path = workspace / Path(weights).expanduser()
    try:
        if path.exists():
            return path
    except (OSError, ValueError):
        pass
    if weights.startswith(("/", "./", "../", "~")) or weights.endswith(CHECKPOINTS) or weights.count("/") > 1:
        raise BadInput(f"model {ref.locator}: there is nothing at {path}; give the path of the weights")
    return None


def holds_any(folder: Path | None, files: Sequence[str]) -> bool:
    """Whether a folder holds at least one of some files."""
    return folder is not None and any((folder / file).is_file() for file in files)


def origin(ref: ModelRef, path: Path) -> str:
    """Where a local folder of weights comes from, in words."""
    return f"{path.name} of gonogo's zoo, trained on shapes" if ref.weights == ZOO else f"local folder {path.name}"


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Draw from a seed on the CPU, and leave the global generator as it was."""
    import torch

    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        yield


def check_finite(model: nn.Module, ref: ModelRef) -> None:
    """Raise BadInput, naming the tensor, when any weight is NaN or infinite."""
    import torch

    for name, tensor in model.state_dict().items():
        if tensor.is_floating_point() and not bool(torch.isfinite(tensor).all()):
            raise BadInput(f"model {ref.locator}: weight {name!r} holds NaN or infinity; get sound weights")


def file_sha256(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def loading(ref: ModelRef, source: Path | None) -> Iterator[None]:
    """Turn whatever a library raises at foreign files into BadInput, with the first line of what it says."""
    try:
        yield
    except (GonogoError, ImportError):
        raise
    except Exception as error:
        if is_out_of_memory(error):
            raise
        said = first_line(error)
        if "weights_only" in str(error):
            said = "it holds pickled objects, which could run code and are refused"
        raise BadInput(
            f"model {ref.locator}: {source or ref.name} cannot be loaded ({type(error).__name__}: {said}); "
            "check that the weights are whole and belong to this architecture"
        ) from error
