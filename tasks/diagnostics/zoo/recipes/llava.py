"""`shapes-llava`: image tokens in the sequence of a language model, of the transformers library."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from tasks.diagnostics.datasets.scenes import SIDE
from tasks.diagnostics.zoo.batches import MEAN, STD
from tasks.diagnostics.zoo.recipes.writer import (
    HEADS,
    IMAGE_KEYS,
    LANGUAGE_LAYERS,
    LENGTH,
    PATCH,
    SPREAD,
    VISION_LAYERS,
    WIDTH,
    Writer,
)
from tasks.diagnostics.zoo.training import Plan
from tasks.diagnostics.zoo.vocabulary import Specials, ids, make_tokenizer

if TYPE_CHECKING:
    from torch import Tensor

    from tasks.diagnostics.zoo.sequences import Packed

IMAGE = "<image>"


class Llava(Writer):
    """The patches of the vision tower's last layer become tokens of a Llama (arXiv:2310.03744)."""

    name: ClassVar[str] = "shapes-llava"
    family: ClassVar[str] = "llava"
    architecture: ClassVar[str] = (
        f"LlavaForConditionalGeneration: CLIP vision transformer ({VISION_LAYERS} layers, width {WIDTH}, {HEADS} heads,"
        f" patches of {PATCH}, last layer taken), two-layer projector, Llama ({LANGUAGE_LAYERS} layers, width {WIDTH},"
        f" {HEADS} heads)"
    )
    plan: ClassVar[Plan] = Plan(steps=1000, batch=64, rate=1.5e-3)
    specials: ClassVar[Specials] = Specials(extra=(IMAGE,), closed=False)
    prefix: ClassVar[tuple[str, ...]] = ("<bos>", *[IMAGE] * IMAGE_KEYS)

    def begin(self, folder: Path, parent: Path | None) -> Any:
        """A Llama with fresh weights behind the vision tower of `shapes-clip`."""
        from transformers import CLIPImageProcessor, LlavaForConditionalGeneration, LlavaProcessor

        from tasks.diagnostics.zoo.vision import start_from

        side = {"height": SIDE, "width": SIDE}
        pictures = CLIPImageProcessor(
            size={"shortest_edge": SIDE}, crop_size=side, image_mean=[MEAN] * 3, image_std=[STD] * 3
        )
        tokenizer = make_tokenizer(self.specials, LENGTH)
        LlavaProcessor(
            image_processor=pictures,
            tokenizer=tokenizer,
            patch_size=PATCH,
            vision_feature_select_strategy="default",
            num_additional_image_tokens=1,  # the class token, which the strategy leaves out again
        ).save_pretrained(folder)
        pictures.save_pretrained(folder)
        module = LlavaForConditionalGeneration(self._config())
        if parent is not None:
            start_from(module.model.vision_tower, parent)
        return module

    def see(self, module: Any, images: Tensor) -> Any:
        """Projected patches, one [64, width] a picture."""
        return module.model.get_image_features(pixel_values=images, return_dict=True)

    def logits(self, module: Any, seen: Any, packed: Packed) -> Tensor:
        """The image's tokens are replaced by what was seen."""
        found: Tensor = module(
            input_ids=packed.ids,
            attention_mask=packed.visible,
            position_ids=packed.positions,
            mm_encoder_outputs={"image": seen},
            use_cache=False,
        ).logits
        return found

    def load(self, folder: Path) -> Any:
        """By the library's own loader."""
        import torch
        from transformers import LlavaForConditionalGeneration

        return LlavaForConditionalGeneration.from_pretrained(
            folder, local_files_only=True, weights_only=True, dtype=torch.float32
        ).eval()

    def _config(self) -> Any:
        from transformers import CLIPVisionConfig, LlamaConfig, LlavaConfig

        known = ids(self.specials)
        vision = CLIPVisionConfig(
            hidden_size=WIDTH,
            intermediate_size=3 * WIDTH,
            num_hidden_layers=VISION_LAYERS,
            num_attention_heads=HEADS,
            image_size=SIDE,
            patch_size=PATCH,
            hidden_act="gelu",
            projection_dim=64,
        )
        language = LlamaConfig(
            vocab_size=len(known),
            hidden_size=WIDTH,
            intermediate_size=2 * WIDTH,
            num_hidden_layers=LANGUAGE_LAYERS,
            num_attention_heads=HEADS,
            num_key_value_heads=HEADS,
            max_position_embeddings=LENGTH,
            pad_token_id=known["<pad>"],
            bos_token_id=known["<bos>"],
            eos_token_id=known["<eos>"],
            tie_word_embeddings=False,
            initializer_range=SPREAD,
        )
        return LlavaConfig(
            vision_config=vision,
            text_config=language,
            image_token_id=known[IMAGE],
            image_seq_length=IMAGE_KEYS,
            vision_feature_layer=-1,
            vision_feature_select_strategy="default",
            tie_word_embeddings=False,
        )
