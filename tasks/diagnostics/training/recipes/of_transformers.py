"""What recipes of the transformers library share: how weights are kept and read back."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar


class LibraryRecipe:
    """A model of the transformers library, named by its class there."""

    model_class: ClassVar[str]
    checkpoint: ClassVar[str] = "model.safetensors"

    def made(self, config: Any) -> Any:
        """A module with fresh weights."""
        import transformers

        return getattr(transformers, self.model_class)(config)

    def save(self, module: Any, folder: Path) -> None:
        """By the library, with weights in half precision; the module itself keeps its own."""
        from copy import deepcopy

        deepcopy(module).half().save_pretrained(folder)

    def load(self, folder: Path) -> Any:
        """By the library's own loader."""
        import torch
        import transformers

        kind = getattr(transformers, self.model_class)
        return kind.from_pretrained(folder, local_files_only=True, weights_only=True, dtype=torch.float32).eval()
