"""`shapes-idefics`: a language model that sees through gated cross-attention, of the transformers library."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from tasks.diagnostics.datasets.scenes import SIDE
from tasks.diagnostics.training.batches import MEAN, STD
from tasks.diagnostics.training.loop import TrainingPlan
from tasks.diagnostics.training.recipes.writer import (
    HEADS,
    LANGUAGE_LAYERS,
    PATCH,
    VISION,
    VISION_LAYERS,
    WIDTH,
    Writer,
)
from tasks.diagnostics.training.vocabulary import Specials

if TYPE_CHECKING:
    from torch import Tensor

    from tasks.diagnostics.training.sequences import Packed

AROUND, IMAGE = "<fake_token_around_image>", "<image>"


class Idefics(Writer):
    """Every layer has a gated cross-attention before it, on all patches: no perceiver (arXiv:2306.16527)."""

    name: ClassVar[str] = "shapes-idefics"
    family: ClassVar[str] = "idefics"
    model_class: ClassVar[str] = "IdeficsForVisionText2Text"
    architecture: ClassVar[str] = (
        f"IdeficsForVisionText2Text: CLIP vision transformer ({VISION_LAYERS} layers, width {WIDTH}, {HEADS} heads,"
        f" patches of {PATCH}), no perceiver, Llama ({LANGUAGE_LAYERS} layers, width {WIDTH}, {HEADS} heads) with a"
        " gated cross-attention before each layer"
    )
    plan: ClassVar[TrainingPlan] = TrainingPlan(steps=1000, batch=64, rate=1.5e-3, faster=(("alpha", 20.0),))
    """Gates start closed, and open within a short training only at a larger rate."""
    specials: ClassVar[Specials] = Specials(extra=(AROUND, IMAGE), closed=False)
    prefix: ClassVar[tuple[str, ...]] = ("<bos>", AROUND, IMAGE, AROUND)

    def processor(self, tokenizer: Any) -> Any:
        """IDEFICS's preprocessing at the size of the scenes."""
        from transformers import IdeficsImageProcessor, IdeficsProcessor

        pictures = IdeficsImageProcessor(image_size=SIDE, image_mean=[MEAN] * 3, image_std=[STD] * 3)
        return IdeficsProcessor(image_processor=pictures, tokenizer=tokenizer)

    def config(self) -> Any:
        """Gates are closed."""
        from transformers import IdeficsConfig

        return IdeficsConfig(
            **self.language(),
            vision_config={"embed_dim": WIDTH, **VISION},
            additional_vocab_size=0,
            cross_layer_interval=1,
            qk_layer_norms=False,
            use_resampler=False,
            alpha_initializer="zeros",
            alpha_type="float",
            freeze_text_layers=False,
            freeze_vision_layers=False,
            freeze_lm_head=False,
        )

    def tower(self, module: Any) -> Any:
        """Beside the language model."""
        return module.model.vision_model

    def see(self, module: Any, images: Tensor) -> Any:
        """Patches with the class token, [pictures, 1, 65, width]."""
        return module.model.vision_model(pixel_values=images).last_hidden_state[:, None]

    def logits(self, module: Any, seen: Any, packed: Packed) -> Tensor:
        """What stands before the image does not see it."""
        import torch

        looks = torch.ones(*packed.ids.shape, 1, dtype=torch.long)
        looks[:, : self.prefix.index(IMAGE)] = 0
        found: Tensor = module(
            input_ids=packed.ids,
            attention_mask=packed.visible,
            position_ids=packed.positions,
            image_encoder_embeddings=seen,
            image_attention_mask=looks,
            use_cache=False,
        ).logits
        return found
