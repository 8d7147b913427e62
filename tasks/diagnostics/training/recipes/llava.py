"""`shapes-llava`: image tokens in the sequence of a language model, of the transformers library."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from tasks.diagnostics.datasets.scenes import SIDE
from tasks.diagnostics.families.hf_dual import square_crop
from tasks.diagnostics.training.batches import MEAN, STD
from tasks.diagnostics.training.loop import TrainingPlan
from tasks.diagnostics.training.recipes.writer import (
    HEADS,
    IMAGE_KEYS,
    LANGUAGE_LAYERS,
    PATCH,
    VISION,
    VISION_LAYERS,
    WIDTH,
    Writer,
)
from tasks.diagnostics.training.vocabulary import Specials, ids

if TYPE_CHECKING:
    from torch import Tensor

    from tasks.diagnostics.training.sequences import Packed

IMAGE = "<image>"


class Llava(Writer):
    """The patches of the vision tower's last layer become tokens of a Llama (arXiv:2310.03744)."""

    name: ClassVar[str] = "shapes-llava"
    family: ClassVar[str] = "llava"
    model_class: ClassVar[str] = "LlavaForConditionalGeneration"
    architecture: ClassVar[str] = (
        f"LlavaForConditionalGeneration: CLIP vision transformer ({VISION_LAYERS} layers, width {WIDTH}, {HEADS} heads,"
        f" patches of {PATCH}, last layer taken), two-layer projector, Llama ({LANGUAGE_LAYERS} layers, width {WIDTH},"
        f" {HEADS} heads)"
    )
    plan: ClassVar[TrainingPlan] = TrainingPlan(steps=1000, batch=64, rate=1.5e-3)
    specials: ClassVar[Specials] = Specials(extra=(IMAGE,), closed=False)
    prefix: ClassVar[tuple[str, ...]] = ("<bos>", *[IMAGE] * IMAGE_KEYS)

    def processor(self, tokenizer: Any) -> Any:
        """CLIP's preprocessing at the size of the scenes."""
        from transformers import CLIPImageProcessor, LlavaProcessor

        return LlavaProcessor(
            image_processor=CLIPImageProcessor(**square_crop(SIDE), image_mean=[MEAN] * 3, image_std=[STD] * 3),
            tokenizer=tokenizer,
            patch_size=PATCH,
            vision_feature_select_strategy="default",
            num_additional_image_tokens=1,  # the class token, which the strategy leaves out again
        )

    def config(self) -> Any:
        """The last layer of the tower is taken, without its class token."""
        from transformers import CLIPVisionConfig, LlamaConfig, LlavaConfig

        return LlavaConfig(
            vision_config=CLIPVisionConfig(hidden_size=WIDTH, **VISION, projection_dim=64),
            text_config=LlamaConfig(**self.language(), num_key_value_heads=HEADS),
            image_token_id=ids(self.specials)[IMAGE],
            image_seq_length=IMAGE_KEYS,
            vision_feature_layer=-1,
            vision_feature_select_strategy="default",
            tie_word_embeddings=False,
        )

    def tower(self, module: Any) -> Any:
        """Below the projector."""
        return module.model.vision_tower

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
