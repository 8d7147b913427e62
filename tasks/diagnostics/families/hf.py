"""What all families of the transformers library share: building, loading and checking weights."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from store.errors import BadInput, unknown
from store.models import ModelRef
from tasks.diagnostics.families import hub
from tasks.diagnostics.families.model import VisionLanguageModel
from tasks.diagnostics.families.surplus import misplaced, without
from tasks.diagnostics.families.weights import (
    OPEN_CLIP_CONFIG,
    RANDOM,
    check_finite,
    file_sha256,
    loading,
    local_path,
    origin,
    seeded,
)
from tasks.diagnostics.quiet import without_bars

if TYPE_CHECKING:
    import torch

_CHECKPOINTS = (
    ("model.safetensors", "model-*.safetensors", "model.safetensors.index.json"),
    ("pytorch_model*.bin", "pytorch_model.bin.index.json"),
)
PROCESSOR_FILES = ("preprocessor_config.json", "processor_config.json")


class HFFamily(ABC):
    """A family of the transformers library; what differs is named by the class attributes."""

    packages: ClassVar[tuple[str, ...]] = ("torch", "torchvision", "transformers", "tokenizers")
    key: ClassVar[str]
    """The family's key in FAMILIES."""
    model_type: ClassVar[str] = ""
    """`model_type` in config.json; empty where it is the key."""
    model_class: ClassVar[str]
    attention: ClassVar[str] = "sdpa"
    """The form of attention to load with, as the library names it; `eager` where a model knows no other."""

    @abstractmethod
    def names(self) -> tuple[str, ...]:
        """The sizes that can be built with random weights."""

    @abstractmethod
    def configuration(self, name: str) -> Any:
        """The transformers configuration of one of `names()`."""

    @abstractmethod
    def assemble(
        self, module: Any, folder: Path | None, device: torch.device, provenance: tuple[str, str]
    ) -> VisionLanguageModel:
        """The model around a loaded module; `folder` is where its tokenizer may be, None for random weights.

        `provenance` names the weights and the architecture.
        """

    def check(self, ref: ModelRef, workspace: Path) -> None:
        """The name counts with random weights only; a path must be there."""
        if ref.untrained:
            self._known(ref.name)
        else:
            local_path(ref, workspace)

    def load(self, ref: ModelRef, workspace: Path, seed: int, device: torch.device) -> VisionLanguageModel:
        """A folder or hub id brings its own configuration, and the name is then only a label."""
        if ref.untrained:
            self._known(ref.name)
            folder, provenance = None, (RANDOM, ref.name)
            module = self.build(self.configuration(ref.name), seed)
        else:
            folder, weights = self._folder(ref, workspace)
            provenance = (weights, f"config.json beside the weights, labelled {ref.name}")
            module, left_out = self._read(ref, folder)
            provenance = (weights + left_out, provenance[1])
        check_finite(module, ref)
        with loading(ref, folder):
            loaded = self.assemble(module.eval().to(device), folder, device, provenance)
        loaded.fresh = self._rebuilder(module.config)
        return loaded

    def build(self, config: Any, seed: int) -> Any:
        """A module with the random weights of a seed."""
        import transformers

        with seeded(seed):
            return getattr(transformers, self.model_class)(config)

    def _rebuilder(self, config: Any) -> Callable[[int], Any]:
        return lambda seed: self.build(config, seed)

    def _known(self, name: str) -> None:
        if name not in self.names():
            raise unknown(f"{self.key} architecture", name, self.names())

    def _folder(self, ref: ModelRef, workspace: Path) -> tuple[Path, str]:
        """Folder of the weights, and where they came from."""
        path = local_path(ref, workspace)
        if path is None:
            folder = hub.snapshot(ref.weights, _CHECKPOINTS)
            return folder, f"{ref.weights} on the hub, commit {folder.name}"
        if not path.is_dir():
            raise BadInput(f"model {ref.locator}: {path} is a file; give the folder that save_pretrained wrote")
        if (path / OPEN_CLIP_CONFIG).is_file() and not (path / "config.json").is_file():
            raise BadInput(
                f"model {ref.locator}: {path} holds a model that open_clip saved, and no {self.key} one; "
                f"write openclip:{ref.name}@{ref.weights}"
            )
        files = next((found for group in _CHECKPOINTS if (found := _weight_files(path, group))), [])
        if not files:
            raise BadInput(f"model {ref.locator}: {path} holds no model.safetensors; save the model there again")
        digests = ", ".join(f"{file.name} SHA-256 {file_sha256(file)}" for file in files)
        return path, f"{origin(ref, path)}, {digests}"

    def _read(self, ref: ModelRef, folder: Path) -> tuple[Any, str]:
        """The module, and words on weights that it has no use for."""
        import torch
        import transformers

        self._check_type(ref, folder)
        with loading(ref, folder), without_bars():
            module, found = getattr(transformers, self.model_class).from_pretrained(
                folder,
                local_files_only=True,
                weights_only=True,
                trust_remote_code=False,
                output_loading_info=True,
                dtype=torch.float32,
                attn_implementation=self.attention,
                ignore_mismatched_sizes=True,  # they are told below, in one line
            )
        if found["missing_keys"]:
            missing = ", ".join(sorted(found["missing_keys"])[:3])
            raise BadInput(f"model {ref.locator}: {folder} lacks {missing}; save the whole model again")
        if found["mismatched_keys"]:
            name, given, wanted = min(found["mismatched_keys"])
            raise BadInput(
                f"model {ref.locator}: {name} has the shape {list(given)} in {folder}, where its config.json asks for "
                f"{list(wanted)}; get the weights of this architecture"
            )
        if surplus := misplaced(module, found["unexpected_keys"]):
            raise BadInput(
                f"model {ref.locator}: {folder} holds {surplus} by its config.json; get the configuration that belongs "
                "to these weights"
            )
        return module, without(module, found["unexpected_keys"])

    def _check_type(self, ref: ModelRef, folder: Path) -> None:
        from tasks.diagnostics.families import FAMILIES

        try:
            found = json.loads((folder / "config.json").read_bytes()).get("model_type")
        except (OSError, ValueError, AttributeError, RecursionError):
            raise BadInput(f"model {ref.locator}: {folder} has no usable config.json; save the model again") from None
        wanted = self.model_type or self.key
        if found != wanted:
            remedy = f"write {found}:{ref.name}@{ref.weights}" if found in FAMILIES else f"give a {wanted} model"
            raise BadInput(f"model {ref.locator}: {folder} holds a model of type {found!r}, not {wanted!r}; {remedy}")


def _weight_files(folder: Path, patterns: Sequence[str]) -> list[Path]:
    return sorted(file for pattern in patterns for file in folder.glob(pattern))
