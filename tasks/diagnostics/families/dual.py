"""Dual encoders: one tower for images and one for texts, which meet in the similarity of their embeddings alone."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from store.models import Role
from tasks.diagnostics.families.model import PADDING, TEXT, Answer, Output, Pass, Tokens, VisionLanguageModel

if TYPE_CHECKING:
    from PIL.Image import Image
    from torch import Tensor


@dataclass(frozen=True, slots=True, eq=False)
class Texts:
    """Tokenised captions."""

    ids: Tensor
    """[captions, length], integers."""
    attended: Tensor | None
    """[captions, length], the attention mask that the model is given, if it takes one."""
    eot: Tensor
    """[captions], position of the end-of-text token, the last token that counts."""
    appended: int = 0
    """Rows that the tower puts behind the tokens, such as a class token; they count."""
    row: int | None = None
    """The row that the tower hands on, from the end where negative; None: that of the end of text."""
    mean: bool = False
    """Whether the tower hands on a mean of rows instead of one row."""
    cut: int = 0
    """Captions, of all that were tokenised, whose end has no room among the tokens."""

    def between(self, part: slice) -> Texts:
        """Some of the captions."""
        return replace(
            self,
            ids=self.ids[part],
            attended=None if self.attended is None else self.attended[part],
            eot=self.eot[part],
        )

    @property
    def rows(self) -> Tensor:
        """[captions, length + appended], boolean: the rows that count."""
        import torch

        length = self.ids.shape[1]
        positions = torch.arange(length + self.appended, device=self.ids.device)
        return (positions <= self.eot[:, None]) | (positions >= length)

    @property
    def tokens(self) -> Tokens:
        """The rows that count as text, the others as padding, and the row that is handed on."""
        import torch

        rows = self.rows
        readout = self.eot if self.row is None else torch.full_like(self.eot, self.row % rows.shape[1])
        return Tokens(rows.long() * (TEXT - PADDING) + PADDING, None if self.mean else readout)


class DualEncoder(VisionLanguageModel):
    """A loaded model with one tower for images and one for texts."""

    task: ClassVar[str] = "the captions of the batch, given the image"
    coupled: ClassVar[bool] = True
    class_row: int | None
    """Row of the class token in the vision tower; None where it has none."""

    @abstractmethod
    def pixels(self, images: Sequence[Image]) -> Tensor:
        """Preprocessed images on the device, [images, 3, height, width]."""

    @abstractmethod
    def texts(self, captions: Sequence[str]) -> Texts:
        """Tokenised captions on the device."""

    @abstractmethod
    def encode_images(self, pixels: Tensor) -> Tensor:
        """Image embeddings, [images, width]."""

    @abstractmethod
    def encode_texts(self, texts: Texts) -> Tensor:
        """Text embeddings, [captions, width]."""

    def temperature(self) -> float:
        """What cosine similarities are multiplied by before they are compared."""
        return 1.0

    def passes(self, images: Sequence[Image], captions: Sequence[Sequence[str]]) -> tuple[Pass, ...]:
        """One pass over the images, and one over all their captions. The sequences are `image` and `text`."""
        import torch

        pixels = self.pixels(images)
        texts = self.texts([caption for of_image in captions for caption in of_image])
        read, readout = {"ids": texts.ids, "attended": texts.attended}, None
        if self.class_row is not None:
            readout = torch.full((len(pixels),), self.class_row, device=pixels.device)
        return (
            Pass(
                lambda: self.encode_images(self._cast(pixels)),
                len(pixels),
                {"image": Tokens(None, readout)},
                {"pixels": pixels},
            ),
            Pass(lambda: self.encode_texts(texts), len(texts.ids), {"text": texts.tokens}, read, texts.cut),
        )

    def embeddings(self, images: Sequence[Image], captions: Sequence[str]) -> tuple[Tensor, Tensor]:
        """Embeddings of length 1 of images and captions, each [samples, width]."""
        return self.image_embeddings(images), self.text_embeddings(captions)

    def image_embeddings(self, images: Sequence[Image]) -> Tensor:
        """Embeddings of length 1, [images, width]."""
        return self._of_images(self.pixels(images))

    def text_embeddings(self, captions: Sequence[str]) -> Tensor:
        """Embeddings of length 1, [captions, width]."""
        return self._of_texts(self.texts(captions))

    def output(self, images: Sequence[Image], captions: Sequence[str]) -> Output | None:
        """For each image, which of the captions is its own; [images, 1, captions]."""
        return self.ask(images, captions)()

    def ask(self, images: Sequence[Image], captions: Sequence[str], batch_size: int | None = None) -> Answer:
        """`output`, of pixels and tokens that are prepared once; a tower without the changed site is not run again."""
        import torch

        pixels, texts = self.pixels(images), self.texts(captions)
        size = batch_size or len(pixels)
        parts = [slice(start, start + size) for start in range(0, len(pixels), size)]
        towers: dict[Role, Callable[[slice], Tensor]] = {
            "vision": lambda part: self._of_images(pixels[part]),
            "text": lambda part: self._of_texts(texts.between(part)),
        }
        kept: dict[Role, Tensor] = {}

        def answer(changed: str | None = None, /) -> Output:
            role = None if changed is None else self.place(changed).role
            embedded = {
                tower: kept[tower]
                if role in towers and role != tower and tower in kept
                else torch.cat([encode(part) for part in parts])
                for tower, encode in towers.items()
            }
            if changed is None:
                kept.update(embedded)
            return self._similarities(embedded["vision"], embedded["text"])

        return answer

    def _similarities(self, of_images: Tensor, of_captions: Tensor) -> Output:
        import torch

        logits = self.temperature() * of_images @ of_captions.T
        labels = torch.arange(len(of_images), device=logits.device)
        return Output(logits[:, None], torch.ones_like(labels, dtype=torch.bool)[:, None], labels[:, None])

    def _of_images(self, pixels: Tensor) -> Tensor:
        from torch.nn.functional import normalize

        return normalize(self.encode_images(self._cast(pixels)).float(), dim=-1)

    def _of_texts(self, texts: Texts) -> Tensor:
        from torch.nn.functional import normalize

        return normalize(self.encode_texts(texts).float(), dim=-1)

    def _cast(self, pixels: Tensor) -> Tensor:
        """Pixels in the number type of the module."""
        return pixels.to(next(self.module.parameters()).dtype)
