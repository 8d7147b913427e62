"""Where weights come from: a seed, a path on this machine, or a name that a library resolves over the network."""

from __future__ import annotations

import hashlib
import io
import json
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from store.errors import BadInput, GonogoError, first_line
from store.models import ModelRef
from tasks.diagnostics import zoo
from tasks.memory import is_out_of_memory

if TYPE_CHECKING:
    from torch import nn

RANDOM = "random initialisation (untrained)"

OPEN_CLIP_CONFIG = "open_clip_config.json"
"""What open_clip saves beside its weights."""

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

    Raises BadInput when it can only be a path and is not there, and for a model of the zoo that there is none of that
    name, or that is of another family.
    """
    weights = ref.weights
    if weights == ZOO:
        return _of_zoo(ref)
    path = workspace / Path(weights).expanduser()
    try:
        if path.exists():
            return path
    except (OSError, ValueError):
        pass
    if weights.startswith(("/", "./", "../", "~")) or weights.endswith(CHECKPOINTS) or weights.count("/") > 1:
        raise BadInput(f"model {ref.locator}: there is nothing at {path}; give the path of the weights")
    return None


def _of_zoo(ref: ModelRef) -> Path:
    from tasks.diagnostics.families import FAMILIES

    folder, family = zoo.folder(ref.name), zoo.card(ref.name).family
    if ref.family != family and ref.family in FAMILIES:
        raise BadInput(
            f"model {ref.locator}: {ref.name} of the zoo is of the family {family}, not {ref.family}; "
            f"write {family}:{ref.name}@{ZOO}"
        )
    return folder


def holds_any(folder: Path | None, files: Sequence[str]) -> bool:
    """Whether a folder holds at least one of some files."""
    return folder is not None and any((folder / file).is_file() for file in files)


def type_in(folder: Path) -> str | None:
    """The family of a model of the transformers library that a folder holds; None where it holds none that is known."""
    from tasks.diagnostics.families import FAMILIES

    try:
        found = json.loads((folder / "config.json").read_bytes()).get("model_type")
    except (OSError, ValueError, AttributeError, RecursionError):
        return None
    return str(found) if found in FAMILIES else None


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
def nobody_asked() -> Iterator[None]:
    """Libraries cannot ask whether to run code that came with a model: what they would ask for is refused."""
    from transformers import dynamic_module_utils

    asked, patience = sys.stdin, dynamic_module_utils.TIME_OUT_REMOTE_CODE
    sys.stdin, dynamic_module_utils.TIME_OUT_REMOTE_CODE = io.StringIO(), 0
    try:
        yield
    finally:
        sys.stdin, dynamic_module_utils.TIME_OUT_REMOTE_CODE = asked, patience


def _asking_for_code(source: Path | None) -> str:
    """Which files of a folder name code, as the beginning of a sentence."""
    folder = source if source is None or source.is_dir() else source.parent
    found = sorted(file.name for file in folder.glob("*.json") if b'"auto_map"' in file.read_bytes()) if folder else []
    return f"{' and '.join(found) or 'its configuration'} asks with the key `auto_map` for"


@contextmanager
def loading(ref: ModelRef, source: Path | None) -> Iterator[None]:
    """Turn whatever a library raises at foreign files into BadInput, with the first line of what it says.

    What it warns of besides, such as the protocol of a pickle, is kept quiet.
    """
    try:
        with warnings.catch_warnings(), nobody_asked():
            warnings.simplefilter("ignore")
            yield
    except (GonogoError, ImportError):
        raise
    except Exception as error:
        if is_out_of_memory(error):
            raise
        said = first_line(error)
        if "weights_only" in str(error):
            said = "it holds pickled objects, which could run code and are refused"
        if "trust_remote_code" in str(error):
            raise BadInput(
                f"model {ref.locator}: {_asking_for_code(source)} code of its own, which is never run; take `auto_map` "
                "out if the library knows the model, or write a family for it"
            ) from None
        raise BadInput(
            f"model {ref.locator}: {source or ref.name} cannot be loaded ({type(error).__name__}: {said}); "
            "check that the weights are whole and belong to this architecture"
        ) from error
