"""`shapes-idefics`: a language model that sees through gated cross-attention, of the transformers library."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from tasks.diagnostics.datasets.scenes import SIDE
from tasks.diagnostics.zoo.batches import MEAN, STD
from tasks.diagnostics.zoo.recipes.writer import (
    HEADS,
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

AROUND, IMAGE = "<fake_token_around_image>", "<image>"


class Idefics(Writer):
    """Every layer has a gated cross-attention before it, on all patches: no perceiver (arXiv:2306.16527)."""

    name: ClassVar[str] = "shapes-idefics"
    family: ClassVar[str] = "idefics"
    architecture: ClassVar[str] = (
        f"IdeficsForVisionText2Text: CLIP vision transformer ({VISION_LAYERS} layers, width {WIDTH}, {HEADS} heads,"
        f" patches of {PATCH}), no perceiver, Llama ({LANGUAGE_LAYERS} layers, width {WIDTH}, {HEADS} heads) with a"
        " gated cross-attention before each layer"
    )
    plan: ClassVar[Plan] = Plan(steps=1000, batch=64, rate=1.5e-3, faster=(("alpha", 20.0),))
    """Gates start closed, and open within a short training only at a larger rate."""
    specials: ClassVar[Specials] = Specials(extra=(AROUND, IMAGE), closed=False)
    prefix: ClassVar[tuple[str, ...]] = ("<bos>", AROUND, IMAGE, AROUND)

    def begin(self, folder: Path, parent: Path | None) -> Any:
        """A language model with fresh weights and closed gates beside the vision tower of `shapes-clip`."""
        from transformers import IdeficsForVisionText2Text, IdeficsImageProcessor, IdeficsProcessor

        from tasks.diagnostics.zoo.vision import start_from

        pictures = IdeficsImageProcessor(image_size=SIDE, image_mean=[MEAN] * 3, image_std=[STD] * 3)
        tokenizer = make_tokenizer(self.specials, LENGTH)
        IdeficsProcessor(image_processor=pictures, tokenizer=tokenizer).save_pretrained(folder)
        pictures.save_pretrained(folder)
        module = IdeficsForVisionText2Text(self._config())
        if parent is not None:
            start_from(module.model.vision_model, parent)
        return module

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

    def load(self, folder: Path) -> Any:
        """By the library's own loader."""
        import torch
        from transformers import IdeficsForVisionText2Text

        return IdeficsForVisionText2Text.from_pretrained(
            folder, local_files_only=True, weights_only=True, dtype=torch.float32
        ).eval()

    def _config(self) -> Any:
        from transformers import IdeficsConfig

        known = ids(self.specials)
        vision = {
            "embed_dim": WIDTH,
            "intermediate_size": 3 * WIDTH,
            "num_hidden_layers": VISION_LAYERS,
            "num_attention_heads": HEADS,
            "image_size": SIDE,
            "patch_size": PATCH,
            "hidden_act": "gelu",
        }
        return IdeficsConfig(
            vocab_size=len(known),
            additional_vocab_size=0,
            hidden_size=WIDTH,
            intermediate_size=2 * WIDTH,
            num_hidden_layers=LANGUAGE_LAYERS,
            num_attention_heads=HEADS,
            cross_layer_interval=1,
            qk_layer_norms=False,
            use_resampler=False,
            alpha_initializer="zeros",
            alpha_type="float",
            freeze_text_layers=False,
            freeze_vision_layers=False,
            freeze_lm_head=False,
            max_position_embeddings=LENGTH,
            pad_token_id=known["<pad>"],
            bos_token_id=known["<bos>"],
            eos_token_id=known["<eos>"],
            tie_word_embeddings=False,
            initializer_range=SPREAD,
            vision_config=vision,
        )
