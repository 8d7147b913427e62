"""What the dual encoders of the transformers library share: building, loading, preparing and naming their sites."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from store.errors import BadInput
from store.specs import ModelRef
from tasks.diagnostics.families import hub
from tasks.diagnostics.families.family import DualEncoder, Provenance, unknown
from tasks.diagnostics.families.hf_model import HFDualEncoder, OwnTokenizer, PlainTokenizer, Tokenize
from tasks.diagnostics.families.tokens import STAND_IN, HashedWords
from tasks.diagnostics.families.weights import RANDOM, check_finite, file_sha256, loading, local_path, seeded

if TYPE_CHECKING:
    import torch

_CHECKPOINTS = (
    ("model.safetensors", "model-*.safetensors", "model.safetensors.index.json"),
    ("pytorch_model*.bin", "pytorch_model.bin.index.json"),
)
_TOKENIZER_FILES = ("tokenizer.json", "tokenizer_config.json", "vocab.json", "spiece.model", "tokenizer.model")
_PROCESSOR_FILES = ("preprocessor_config.json", "processor_config.json")
_CLIP_VOCABULARY = 49408
"""Size of the vocabulary whose tokenizer open_clip carries with it."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """An architecture in numbers; the text tower is as wide and deep as the vision tower unless it says otherwise."""

    width: int
    depth: int
    heads: int
    image_size: int
    patch_size: int
    vocabulary: int
    length: int
    text_width: int | None = None
    text_heads: int | None = None

    def vision(self) -> dict[str, int]:
        """Options of the vision tower's configuration."""
        return {
            **_tower(self.width, self.depth, self.heads),
            "image_size": self.image_size,
            "patch_size": self.patch_size,
        }

    def text(self) -> dict[str, int]:
        """Options of the text tower's configuration."""
        width = self.text_width or self.width
        heads = self.text_heads or max(1, self.heads * width // self.width)
        sizes = _tower(width, self.depth, heads)
        return {**sizes, "vocab_size": self.vocabulary, "max_position_embeddings": self.length}


def _tower(width: int, depth: int, heads: int) -> dict[str, int]:
    return {
        "hidden_size": width,
        "intermediate_size": 4 * width,
        "num_hidden_layers": depth,
        "num_attention_heads": heads,
    }


class HFFamily(ABC):
    """A family of the transformers library; what differs is named by the class attributes."""

    packages: ClassVar[tuple[str, ...]] = ("torch", "transformers", "tokenizers")
    key: ClassVar[str]
    """The family's key, which is also transformers' `model_type`."""
    config_class: ClassVar[str]
    model_class: ClassVar[str]
    processor_class: ClassVar[str]
    class_row: ClassVar[int | None]
    masks_padding: ClassVar[bool]
    """Whether the text tower is given an attention mask."""
    sizes: ClassVar[dict[str, Sizes]]

    @abstractmethod
    def special_ids(self, vocabulary: int) -> dict[str, int]:
        """Special token ids of a text tower with random weights."""

    @abstractmethod
    def image_options(self, image_size: int) -> dict[str, Any]:
        """Options of the image processor for a model that brings none."""

    @abstractmethod
    def stand_in(self, text_config: Any) -> HashedWords:
        """A tokenizer for a model that brings none."""

    def names(self) -> tuple[str, ...]:
        """The sizes that can be built with random weights."""
        return tuple(self.sizes)

    def check(self, ref: ModelRef, workspace: Path) -> None:
        """The name counts with random weights only; a path must be there."""
        if ref.untrained:
            self._sizes(ref.name)
        else:
            local_path(ref, workspace)

    def load(self, ref: ModelRef, workspace: Path, seed: int, device: torch.device) -> DualEncoder:
        """A folder or hub id brings its own configuration, and the name is then only a label."""
        if ref.untrained:
            module, folder = self._build(ref.name, seed), None
            provenance = (RANDOM, ref.name)
        else:
            folder, weights = self._folder(ref, workspace)
            module = self._read(ref, folder)
            provenance = (weights, f"config.json beside the weights, labelled {ref.name}")
        check_finite(module, ref)
        with loading(ref, folder):
            tokenizer, described = self._tokenizer(module.config.text_config, folder)
            processor = self._processor(module.config.vision_config, folder)
        return HFDualEncoder(
            self.class_row, module.eval().to(device), device, Provenance(*provenance, described), tokenizer, processor
        )

    def _build(self, name: str, seed: int) -> Any:
        import transformers

        sizes = self._sizes(name)
        text = {**sizes.text(), **self.special_ids(sizes.vocabulary)}
        config = getattr(transformers, self.config_class)(text_config=text, vision_config=sizes.vision())
        with seeded(seed):
            return getattr(transformers, self.model_class)(config)

    def _sizes(self, name: str) -> Sizes:
        if name not in self.sizes:
            raise unknown(f"{self.key} architecture", name, self.sizes)
        return self.sizes[name]

    def _folder(self, ref: ModelRef, workspace: Path) -> tuple[Path, str]:
        """Folder of the weights, and where they came from."""
        path = local_path(ref, workspace)
        if path is None:
            folder = hub.snapshot(ref.weights, _CHECKPOINTS)
            return folder, f"{ref.weights} on the hub, commit {folder.name}"
        if not path.is_dir():
            raise BadInput(f"model {ref.locator}: {path} is a file; give the folder that save_pretrained wrote")
        files = next((found for group in _CHECKPOINTS if (found := _weight_files(path, group))), [])
        if not files:
            raise BadInput(f"model {ref.locator}: {path} holds no model.safetensors; save the model there again")
        digests = ", ".join(f"{file.name} SHA-256 {file_sha256(file)}" for file in files)
        return path, f"local folder {path.name}, {digests}"

    def _read(self, ref: ModelRef, folder: Path) -> Any:
        import torch
        import transformers

        self._check_type(ref, folder)
        with loading(ref, folder), _no_progress_bars():
            module, found = getattr(transformers, self.model_class).from_pretrained(
                folder,
                local_files_only=True,
                weights_only=True,
                output_loading_info=True,
                dtype=torch.float32,
                attn_implementation="sdpa",
            )
        if found["missing_keys"]:
            missing = ", ".join(sorted(found["missing_keys"])[:3])
            raise BadInput(f"model {ref.locator}: {folder} lacks {missing}; save the whole model again")
        return module

    def _check_type(self, ref: ModelRef, folder: Path) -> None:
        from tasks.diagnostics.families import FAMILIES

        try:
            found = json.loads((folder / "config.json").read_bytes()).get("model_type")
        except (OSError, ValueError, AttributeError, RecursionError):
            raise BadInput(f"model {ref.locator}: {folder} has no usable config.json; save the model again") from None
        if found != self.key:
            remedy = f"write {found}:{ref.name}@{ref.weights}" if found in FAMILIES else f"give a {self.key} model"
            raise BadInput(f"model {ref.locator}: {folder} holds a model of type {found!r}, not {self.key!r}; {remedy}")

    def _tokenizer(self, text_config: Any, folder: Path | None) -> tuple[Tokenize, str]:
        length = text_config.max_position_embeddings
        if _has(folder, _TOKENIZER_FILES):
            from transformers import AutoTokenizer

            own = AutoTokenizer.from_pretrained(folder, local_files_only=True)
            return OwnTokenizer(own, length, self.masks_padding), f"{type(own).__name__} that came with the weights"
        if text_config.vocab_size == _CLIP_VOCABULARY and self.masks_padding:
            from open_clip.tokenizer import SimpleTokenizer

            bpe = SimpleTokenizer(context_length=length)
            return PlainTokenizer(
                bpe, bpe.eot_token_id, self.masks_padding
            ), "byte-pair encoding of CLIP, carried by open_clip"
        words = self.stand_in(text_config)
        return PlainTokenizer(words, words.eos, self.masks_padding), STAND_IN

    def _processor(self, vision_config: Any, folder: Path | None) -> Any:
        import transformers

        if _has(folder, _PROCESSOR_FILES):
            return transformers.AutoImageProcessor.from_pretrained(folder, local_files_only=True)
        return getattr(transformers, self.processor_class)(**self.image_options(vision_config.image_size))


def _weight_files(folder: Path, patterns: Sequence[str]) -> list[Path]:
    return sorted(file for pattern in patterns for file in folder.glob(pattern))


def _has(folder: Path | None, files: Sequence[str]) -> bool:
    return folder is not None and any((folder / file).is_file() for file in files)


@contextmanager
def _no_progress_bars() -> Iterator[None]:
    from transformers.utils import logging

    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            logging.enable_progress_bar()
