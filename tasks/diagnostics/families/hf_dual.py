"""Dual encoders of the transformers library: sizes, tokenizers, image processors, and the loaded model."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from store.models import Role
from tasks.diagnostics.families.dual import DualEncoder, Texts
from tasks.diagnostics.families.hf import PROCESSOR_FILES, HFFamily
from tasks.diagnostics.families.model import Place, Provenance
from tasks.diagnostics.families.tokenizing import OwnTokenizer, PlainTokenizer, Tokenize
from tasks.diagnostics.families.tokens import CLIP_BPE, CLIP_VOCABULARY, STAND_IN, HashedWords
from tasks.diagnostics.families.weights import TOKENIZER_FILES, holds_any

if TYPE_CHECKING:
    import torch
    from PIL.Image import Image
    from torch import Tensor


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
    text_depth: int | None = None
    text_heads: int | None = None

    def vision(self) -> dict[str, int]:
        """Options of the vision tower's configuration."""
        return {
            **tower(self.width, self.depth, self.heads),
            "image_size": self.image_size,
            "patch_size": self.patch_size,
        }

    def text(self) -> dict[str, int]:
        """Options of the text tower's configuration."""
        width = self.text_width or self.width
        heads = self.text_heads or max(1, self.heads * width // self.width)
        sizes = tower(width, self.text_depth or self.depth, heads)
        return {**sizes, "vocab_size": self.vocabulary, "max_position_embeddings": self.length}


def tower(width: int, depth: int, heads: int) -> dict[str, int]:
    """Options of a transformer in a configuration, with a hidden layer four times as wide."""
    return {
        "hidden_size": width,
        "intermediate_size": 4 * width,
        "num_hidden_layers": depth,
        "num_attention_heads": heads,
    }


class HFDualFamily(HFFamily):
    """A dual encoder of the transformers library; what differs is named by the class attributes."""

    config_class: ClassVar[str]
    processor_class: ClassVar[str]
    class_row: ClassVar[int | None] = 0
    """Row of the class token in the vision tower; None where it has none."""
    text_row: ClassVar[int | None] = None
    """The row that the text tower hands on, from the end where negative; None: that of the end of text."""
    masks_padding: ClassVar[bool] = True
    """Whether the text tower is given an attention mask."""
    context: ClassVar[int | None] = None
    """Tokens to which the model's makers cut a caption; None: as many as the text tower has positions for."""
    absent: ClassVar[Mapping[Role, str]] = {}
    sizes: ClassVar[dict[str, Sizes]]

    def image_options(self, image_size: int) -> dict[str, Any]:
        """Options of the image processor for a model that brings none; here the shorter edge is scaled, as for CLIP."""
        return square_crop(image_size)

    @abstractmethod
    def stand_in(self, text_config: Any, length: int) -> HashedWords:
        """A tokenizer, with captions of `length` tokens, for a model that brings none."""

    def options(self, sizes: Sizes) -> dict[str, Any]:
        """Options of the configuration, those of the towers among them as `text_config` and `vision_config`."""
        return {"text_config": sizes.text(), "vision_config": sizes.vision()}

    def positions(self, text_config: Any) -> int:
        """Tokens that the text tower has positions for."""
        return int(text_config.max_position_embeddings)

    def names(self) -> tuple[str, ...]:
        """The sizes that can be built with random weights."""
        return tuple(self.sizes)

    def configuration(self, name: str) -> Any:
        """Both towers in the numbers of a size."""
        import transformers

        return getattr(transformers, self.config_class)(**self.options(self.sizes[name]))

    def assemble(
        self, module: Any, folder: Path | None, device: torch.device, provenance: tuple[str, str]
    ) -> HFDualEncoder:
        """With the tokenizer and image processor that came along, else stand-ins."""
        tokenize, described = self._tokenizer(module.config.text_config, folder)
        processor = self._processor(module.config.vision_config, folder)
        return HFDualEncoder(self, module, device, Provenance(*provenance, described), tokenize, processor)

    def _tokenizer(self, text_config: Any, folder: Path | None) -> tuple[Tokenize, str]:
        length = min(self.context or self.positions(text_config), self.positions(text_config))
        if holds_any(folder, TOKENIZER_FILES):
            from transformers import AutoTokenizer

            own = AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
            described = f"{type(own).__name__} that came with the weights"
            return OwnTokenizer(own, length, self.masks_padding, self.text_row), described
        if text_config.vocab_size == CLIP_VOCABULARY and self.masks_padding:
            from open_clip.tokenizer import SimpleTokenizer

            bpe = SimpleTokenizer(context_length=length)
            return PlainTokenizer(bpe, bpe.eot_token_id, None, self.masks_padding, self.text_row), CLIP_BPE
        words = self.stand_in(text_config, length)
        return PlainTokenizer(words, words.eos, None, self.masks_padding, self.text_row), STAND_IN

    def _processor(self, vision_config: Any, folder: Path | None) -> Any:
        import transformers

        if holds_any(folder, PROCESSOR_FILES):
            return transformers.AutoImageProcessor.from_pretrained(
                folder, local_files_only=True, trust_remote_code=False
            )
        return getattr(transformers, self.processor_class)(**self.image_options(vision_config.image_size))


def square_crop(image_size: int) -> dict[str, Any]:
    """Options of an image processor that scales the shorter edge and crops the centre."""
    return {"size": {"shortest_edge": image_size}, "crop_size": {"height": image_size, "width": image_size}}


class HFDualEncoder(DualEncoder):
    """A loaded model of the transformers library."""

    recalls: ClassVar[bool] = True

    def __init__(
        self,
        family: HFDualFamily,
        module: Any,
        device: torch.device,
        provenance: Provenance,
        tokenize: Tokenize,
        processor: Any,
    ) -> None:
        self.module = module
        self.device = device
        self.provenance = provenance
        self.class_row = family.class_row
        self.absent = family.absent  # type: ignore[misc]
        self._tokenize = tokenize
        self._processor = processor

    def pixels(self, images: Sequence[Image]) -> Tensor:
        """[images, 3, height, width]."""
        pixels: Tensor = self._processor(images=list(images), return_tensors="pt")["pixel_values"]
        return pixels.to(self.device, next(self.module.parameters()).dtype)

    def texts(self, captions: Sequence[str]) -> Texts:
        """Padded to the full length of the model."""
        made = self._tokenize(list(captions))
        attended = None if made.attended is None else made.attended.to(self.device)
        return replace(made, ids=made.ids.to(self.device), attended=attended, eot=made.eot.to(self.device))

    def encode_images(self, pixels: Tensor) -> Tensor:
        """[images, width]."""
        embeddings: Tensor = self.module.get_image_features(pixel_values=pixels).pooler_output
        return embeddings

    def encode_texts(self, texts: Texts) -> Tensor:
        """[captions, width]."""
        made = self.module.get_text_features(input_ids=texts.ids, attention_mask=texts.attended)
        embeddings: Tensor = made.pooler_output
        return embeddings

    def temperature(self) -> float:
        """The learned scale of its logits, which some models learn as the number to divide by."""
        divisor = getattr(self.module, "temperature", None)
        return float(self.module.logit_scale.exp()) if divisor is None else 1 / float(divisor)

    def place(self, site: str) -> Place:
        """By the name's first part, and the names that pooling heads go by."""
        if ".head." in f".{site}.":
            return Place("pooling")
        return Place("vision", "image") if site.startswith("vision_model") else Place("text", "text")
