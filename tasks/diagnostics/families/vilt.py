"""ViLT: one transformer over the words of a caption and the patches of an image, with no tower below it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from tasks.diagnostics.families.hf_dual import tower
from tasks.diagnostics.families.hf_pair import HFPairModel, Inputs
from tasks.diagnostics.families.matching import MatchingFamily
from tasks.diagnostics.families.model import IMAGE, PADDING, SPECIAL, Place, Tokens
from tasks.diagnostics.families.tokens import BERT_SPECIALS, bert_tokenizer, byte_vocabulary
from tasks.diagnostics.families.weights import seeded

if TYPE_CHECKING:
    from torch import Tensor


class Vilt(MatchingFamily):
    """Names are the sizes below; weights are `random`, a folder saved by `save_pretrained`, or a hub id."""

    key: ClassVar[str] = "vilt"
    model_class: ClassVar[str] = "ViltForImageAndTextRetrieval"
    places: ClassVar[tuple[tuple[str, Place], ...]] = ((r"^vilt\.encoder\.", Place("fusion", "joint", "joint")),)

    def names(self) -> tuple[str, ...]:
        """The sizes that can be built with random weights."""
        return ("tiny", "b32")

    def configuration(self, name: str) -> Any:
        """Two layers, or the published base with patches of 32 pixels."""
        from transformers import ViltConfig

        if name == "b32":
            return ViltConfig()
        return ViltConfig(
            **tower(32, 2, 2),
            image_size=32,
            patch_size=8,
            vocab_size=byte_vocabulary(BERT_SPECIALS),
            max_position_embeddings=40,
        )

    def stand_in(self, config: Any) -> Any:
        """Images keep their shape, and the smaller ones of a batch are padded."""
        from transformers import ViltImageProcessor, ViltProcessor

        images = ViltImageProcessor(size={"shortest_edge": config.image_size}, size_divisor=config.patch_size)
        return ViltProcessor(images, bert_tokenizer(config.max_position_embeddings))

    def longest(self, config: Any) -> int:
        """The positions of words."""
        return int(config.max_position_embeddings)

    def forward(self, module: Any, inputs: Inputs) -> Any:
        """The library puts the patches in an order drawn at random; a seed makes it the same every time."""
        with seeded(0):
            return module(**inputs)

    def sequences(self, model: HFPairModel, inputs: Inputs) -> dict[str, Tokens]:
        """`joint`: the words, a class token of the image that enters empty, the patches, and their padding."""
        import torch
        from torch.nn.functional import interpolate

        words = self.kinds(model, inputs)
        config, mask = model.module.config, inputs["pixel_mask"]
        height, width = (side // config.patch_size for side in mask.shape[-2:])
        patches = interpolate(mask[:, None].float(), size=(height, width)).flatten(1).long().sum(dim=1)
        longest = int(patches.max())
        if config.max_image_length >= 0:
            longest = min(longest, config.max_image_length)
        filled = torch.arange(longest, device=words.device) < patches[:, None]
        image = torch.full_like(filled, PADDING, dtype=words.dtype).masked_fill(filled, IMAGE)
        first = torch.full_like(words[:, :1], SPECIAL)
        return {"joint": Tokens(torch.cat([words, first, image], dim=1), torch.zeros_like(patches))}

    def scores(self, made: Any) -> Tensor:
        """The head gives one logit, that of a match against none."""
        from torch.nn.functional import pad

        return pad(made.logits, (1, 0))
