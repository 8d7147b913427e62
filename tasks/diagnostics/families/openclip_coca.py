"""A loaded CoCa of open_clip: beside its two towers, a decoder that says the caption while it looks at the image."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from tasks.diagnostics.families.model import Answer, Output, Pass, Place, Tokens
from tasks.diagnostics.families.openclip_model import OpenClipModel

if TYPE_CHECKING:
    from PIL.Image import Image
    from torch import Tensor

    from tasks.diagnostics.families.dual import Texts


class CocaModel(OpenClipModel):
    """A loaded CoCa. Its towers run once for every pair, as the decoder takes what both of them make of it."""

    task: ClassVar[str] = "the next token of the caption"
    coupled: ClassVar[bool] = False

    def passes(self, images: Sequence[Image], captions: Sequence[Sequence[str]]) -> tuple[Pass, ...]:
        """One pass over all pairs. The sequences are `image`, `text`, and `caption`, the rows of the decoder."""
        repeated = [image for image, of_image in zip(images, captions, strict=True) for _ in of_image]
        pixels = self.pixels(repeated)
        texts = self.texts([caption for of_image in captions for caption in of_image])
        text = texts.tokens
        length = self._said(texts).shape[1]
        caption = Tokens(None if text.kinds is None else text.kinds[:, :length])
        sequences = {"image": Tokens(), "text": text, "caption": caption}
        inputs = {"pixels": pixels, "ids": texts.ids}
        run = lambda: self.module(self._cast(pixels), texts.ids)  # noqa: E731
        return (Pass(run, len(texts.ids), sequences, inputs, texts.cut),)

    def place(self, site: str) -> Place:
        """As for two towers; the decoder's layers attend to the caption and to the image in turn."""
        if site.startswith("text_decoder.cross_attn."):
            return Place("cross", "caption")
        return Place("text_stream", "caption") if site.startswith("text_decoder.") else super().place(site)

    def ask(self, images: Sequence[Image], captions: Sequence[str], batch_size: int | None = None) -> Answer:
        """The next token, up to the end of the text; [samples, length - 1, vocabulary]."""
        del batch_size
        pixels, texts = self.pixels(images), self.texts(captions)
        said, labels = self._said(texts), texts.ids[:, 1:]
        return lambda _=None: Output(self.module(self._cast(pixels), texts.ids)["logits"], said, labels)

    def _said(self, texts: Texts) -> Tensor:
        """[captions, length - 1], boolean: whether a token that counts follows."""
        return texts.rows[:, 1 : texts.ids.shape[1]]
