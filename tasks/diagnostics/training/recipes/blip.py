"""`shapes-blip`: a fusion encoder that judges whether a caption matches an image, of the transformers library."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from tasks.diagnostics.datasets.scenes import SIDE
from tasks.diagnostics.training.batches import MEAN, STD, batches, pixels
from tasks.diagnostics.training.loop import TrainingPlan, stages
from tasks.diagnostics.training.recipes.of_transformers import LibraryRecipe
from tasks.diagnostics.training.scoring import matching, preference
from tasks.diagnostics.training.statements import altered, elsewhere, telling
from tasks.diagnostics.training.vocabulary import Specials, ids, make_tokenizer, padded

if TYPE_CHECKING:
    from torch import Tensor

    from tasks.diagnostics.zoo.card import Score

WIDTH, HEADS, PATCH = 96, 3, 8
VISION_LAYERS, TEXT_LAYERS = 3, 2
LENGTH = 16
"""Tokens of a text: a caption has at most 14 words."""
SPREAD = 0.05
"""Standard deviation of the first weights; the library's defaults (1e-10 in the vision tower) suit pretrained ones."""
SPECIALS = Specials(bos="[CLS]", eos="[SEP]", extra=("[ENC]",), bert=True)
_TEMPERATURE = 0.07
_STAGES = ((0.2, 1), (0.4, 2), (1.0, 3))
_CHUNK = 100


class Blip(LibraryRecipe):
    """Learns image-text matching and image-text contrast, two of the losses of BLIP (arXiv:2201.12086)."""

    name: ClassVar[str] = "shapes-blip"
    family: ClassVar[str] = "blip"
    architecture: ClassVar[str] = (
        f"BlipForImageTextRetrieval: vision transformer ({VISION_LAYERS} layers, width {WIDTH}, {HEADS} heads, patches"
        f" of {PATCH}), text encoder with cross-attention ({TEXT_LAYERS} layers, width {WIDTH}, {HEADS} heads)"
    )
    model_class: ClassVar[str] = "BlipForImageTextRetrieval"
    starts_from: ClassVar[str | None] = None
    plan: ClassVar[TrainingPlan] = TrainingPlan(steps=1100, batch=96, rate=1e-3)

    def begin(self, folder: Path, parent: Path | None) -> Any:  # noqa: ARG002
        """Towers with fresh weights."""
        from transformers import BlipImageProcessor, BlipProcessor

        pictures = BlipImageProcessor(size={"height": SIDE, "width": SIDE}, image_mean=[MEAN] * 3, image_std=[STD] * 3)
        BlipProcessor(image_processor=pictures, tokenizer=make_tokenizer(SPECIALS, LENGTH)).save_pretrained(folder)
        pictures.save_pretrained(folder)
        return self.made(_config())

    def losses(self, module: Any, plan: TrainingPlan, seed: int) -> Iterator[Tensor]:
        """Each picture with a true caption, one a word away from it, and one of another scene; and the contrast."""
        import torch
        from torch.nn.functional import cross_entropy, normalize

        truth = torch.arange(plan.batch)
        matches = torch.tensor([1, 0, 0]).repeat_interleave(plan.batch)
        weights = torch.tensor([1.0, 2.0])  # two pairs are false for one that is true
        for indices in batches(seed, plan.batch, stages(plan, _STAGES)):
            true = [telling(seed, index) for index in indices]
            near = [altered(seed, index, text) for index, text in zip(indices, true, strict=True)]
            far = [elsewhere(seed, index) for index in indices]
            seen = module.vision_model(pixel_values=pixels(seed, indices)).last_hidden_state
            logits = module.itm_head(_fused(module, seen.repeat(3, 1, 1), [*true, *near, *far]))
            texts = normalize(module.text_proj(_fused(module, None, true)), dim=-1)
            images = normalize(module.vision_proj(seen[:, 0]), dim=-1)
            cosines = images @ texts.T / _TEMPERATURE
            contrast = (cross_entropy(cosines, truth) + cross_entropy(cosines.T, truth)) / 2
            yield cross_entropy(logits, matches, weight=weights) + 0.5 * contrast

    def scores(self, module: Any, seed: int, scenes: int) -> tuple[Score, ...]:
        """True captions against those of other scenes, against near ones, and with another scene's picture."""
        every = range(scenes)
        true = [telling(seed, index) for index in every]
        near = [altered(seed, index, text) for index, text in zip(every, true, strict=True)]
        far = [elsewhere(seed, index) for index in every]
        own, changed, other = (match_probability(module, seed, every, texts) for texts in (true, near, far))
        return (
            matching(own, other, "captions of other scenes", 0.85),
            matching(own, changed, "captions with one word changed"),
            preference(own, changed, "true caption above the one with a word changed"),
        )


def match_probability(module: Any, seed: int, indices: Sequence[int], captions: Sequence[str]) -> np.ndarray[Any, Any]:
    """Probability that each picture matches its caption, [pairs]."""
    import torch

    rows = []
    with torch.no_grad():
        for start in range(0, len(indices), _CHUNK):
            known, attended = token_ids(captions[start : start + _CHUNK])
            images = pixels(seed, indices[start : start + _CHUNK])
            logits = module(input_ids=known, attention_mask=attended, pixel_values=images).itm_score
            rows.append(logits.softmax(-1)[:, 1])
    probabilities: np.ndarray[Any, Any] = torch.cat(rows).numpy()
    return probabilities


def token_ids(captions: Sequence[str]) -> tuple[Tensor, Tensor]:
    """Padded ids and their mask, [captions, LENGTH] each; what the tokenizer beside the model gives too."""
    import torch

    known = torch.tensor(padded(captions, SPECIALS, LENGTH))
    return known, (known != 0).long()


def _fused(module: Any, seen: Tensor | None, captions: Sequence[str]) -> Any:
    """The text encoder's first row, with or without cross-attention to what was seen, [captions, width]."""
    import torch

    known, attended = token_ids(captions)
    image = None if seen is None else torch.ones(seen.shape[:2], dtype=torch.long)
    return module.text_encoder(
        input_ids=known, attention_mask=attended, encoder_hidden_states=seen, encoder_attention_mask=image
    ).last_hidden_state[:, 0]


def _config() -> Any:
    from transformers import BlipConfig

    known = ids(SPECIALS)
    shape = {
        "hidden_size": WIDTH,
        "intermediate_size": 3 * WIDTH,
        "num_attention_heads": HEADS,
        "initializer_range": SPREAD,
    }
    text = {
        **shape,
        "vocab_size": len(known),
        "num_hidden_layers": TEXT_LAYERS,
        "max_position_embeddings": LENGTH,
        "pad_token_id": known["<pad>"],
        "bos_token_id": known[SPECIALS.bos],
        "sep_token_id": known[SPECIALS.eos],
        "eos_token_id": known[SPECIALS.eos],
        "is_decoder": True,  # without it the library builds no cross-attention
    }
    vision = {**shape, "num_hidden_layers": VISION_LAYERS, "image_size": SIDE, "patch_size": PATCH}
    return BlipConfig(text_config=text, vision_config=vision, image_text_hidden_size=64, projection_dim=64)
