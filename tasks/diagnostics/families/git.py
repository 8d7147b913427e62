"""GIT: a language model whose sequence begins with the rows of a vision tower, which see each other."""

from __future__ import annotations

from typing import Any, ClassVar

from tasks.diagnostics.families.hf_dual import square_crop, tower
from tasks.diagnostics.families.hf_pair import HFPairFamily, HFPairModel, Inputs, class_token_first
from tasks.diagnostics.families.model import IMAGE, Place, Tokens
from tasks.diagnostics.families.tokens import BERT_SPECIALS, bert_tokenizer, byte_vocabulary


class Git(HFPairFamily):
    """Names are the sizes below; weights are `random`, a folder saved by `save_pretrained`, or a hub id."""

    key: ClassVar[str] = "git"
    model_class: ClassVar[str] = "GitForCausalLM"
    attention: ClassVar[str] = "eager"
    places: ClassVar[tuple[tuple[str, Place], ...]] = (
        (r"^git\.image_encoder\.", Place("vision", "image")),
        (r"^git\.encoder\.", Place("fusion", "joint", "joint")),
    )

    def names(self) -> tuple[str, ...]:
        """The sizes that can be built with random weights."""
        return ("tiny", "base")

    def configuration(self, name: str) -> Any:
        """Two layers of vision and two of language, or the published base."""
        from transformers import GitConfig

        if name == "base":
            return GitConfig()
        return GitConfig(
            **tower(32, 2, 2),
            vision_config={**tower(32, 2, 2), "image_size": 32, "patch_size": 8},
            vocab_size=byte_vocabulary(BERT_SPECIALS),
            max_position_embeddings=64,
            pad_token_id=0,
            bos_token_id=1,
            eos_token_id=2,
        )

    def stand_in(self, config: Any) -> Any:
        """CLIP's preprocessing at the size of the tower."""
        from transformers import CLIPImageProcessor, GitProcessor

        images = CLIPImageProcessor(**square_crop(config.vision_config.image_size))
        return GitProcessor(images, bert_tokenizer(config.max_position_embeddings))

    def longest(self, config: Any) -> int:
        """The positions of words; those of the image are its own."""
        return int(config.max_position_embeddings)

    def sequences(self, model: HFPairModel, inputs: Inputs) -> dict[str, Tokens]:
        """`joint`: the rows of the vision tower, the class token among them, then the words."""
        import torch

        vision, words = model.module.config.vision_config, self.kinds(model, inputs)
        rows = (vision.image_size // vision.patch_size) ** 2 + 1
        image = torch.full_like(words[:, :1], IMAGE).expand(-1, rows)
        return {"image": class_token_first(words), "joint": Tokens(torch.cat([image, words], dim=1))}
