"""`shapes-clip`: a contrastive dual encoder of the open_clip library."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from tasks.diagnostics.datasets.scenes import SIDE
from tasks.diagnostics.training.batches import MEAN, STD, batches, pixels
from tasks.diagnostics.training.loop import TrainingPlan, stages
from tasks.diagnostics.training.scoring import POOL, retrieval
from tasks.diagnostics.training.statements import altered, drawn, full
from tasks.diagnostics.training.vocabulary import Specials, ids, padded

if TYPE_CHECKING:
    from torch import Tensor

    from tasks.diagnostics.zoo.card import Score

WIDTH, HEADS, PATCH = 96, 3, 8
VISION_LAYERS, TEXT_LAYERS = 3, 2
LENGTH = 16
"""Tokens of a text: a caption has at most 14 words."""
SPECIALS = Specials()
_STAGES = ((0.35, 1), (0.55, 2), (1.0, 3))
_LARGEST_SCALE = math.log(100)


class Clip:
    """Learns to pair pictures with drawn captions, by the symmetric cross-entropy of CLIP (arXiv:2103.00020)."""

    name: ClassVar[str] = "shapes-clip"
    family: ClassVar[str] = "openclip"
    architecture: ClassVar[str] = (
        f"CLIP: vision transformer ({VISION_LAYERS} layers, width {WIDTH}, {HEADS} heads, patches of {PATCH}),"
        f" causal text transformer ({TEXT_LAYERS} layers, width {WIDTH}, {HEADS} heads)"
    )
    checkpoint: ClassVar[str] = "open_clip_model.safetensors"
    starts_from: ClassVar[str | None] = None
    plan: ClassVar[TrainingPlan] = TrainingPlan(steps=1500, batch=128, rate=2e-3, decay=0.1)
    required: ClassVar[float] = 0.5
    """R@1 in pools of 100, of captions that name all things."""

    def begin(self, folder: Path, parent: Path | None) -> Any:  # noqa: ARG002
        """The model that the written configuration describes."""
        from open_clip.model import CLIP

        from tasks.diagnostics.training.vocabulary import make_tokenizer

        config = _config(self.name)
        (folder / "open_clip_config.json").write_text(json.dumps(config, indent=1) + "\n", encoding="utf-8")
        make_tokenizer(SPECIALS, LENGTH).save_pretrained(folder)
        towers = config["model_cfg"]
        return CLIP(towers["embed_dim"], towers["vision_cfg"], towers["text_cfg"])

    def losses(self, module: Any, plan: TrainingPlan, seed: int) -> Iterator[Tensor]:
        """Each picture has to find its captions in the batch, and back: one that names all things, and a drawn one.

        Among the captions that name all things are false ones, a word away from the true, as in NegCLIP
        (arXiv:2210.01936); without them colours alone tell most scenes apart, and shapes are not learnt.
        """
        import torch
        from torch.nn.functional import cross_entropy

        truth = torch.arange(plan.batch)
        for indices in batches(seed, plan.batch, stages(plan, _STAGES)):
            named = [full(seed, index) for index in indices]
            false = [altered(seed, index, text) for index, text in zip(indices, named, strict=True)]
            mixed = [drawn(seed, index) for index in indices]
            images, captions, scale = module(pixels(seed, indices), token_ids([*named, *false, *mixed]))
            logits = scale * images @ captions.T
            found = [logits[:, : 2 * plan.batch], logits[:, : plan.batch].T]
            found += [logits[:, 2 * plan.batch :], logits[:, 2 * plan.batch :].T]
            yield torch.stack([cross_entropy(each, truth) for each in found]).mean()
            with torch.no_grad():
                module.logit_scale.clamp_(0, _LARGEST_SCALE)

    def save(self, module: Any, folder: Path) -> None:
        """As open_clip names it."""
        from safetensors.torch import save_file

        halves = {name: value.half().contiguous() for name, value in module.state_dict().items()}
        save_file(halves, folder / self.checkpoint, metadata={"format": "pt"})

    def load(self, folder: Path) -> Any:
        """By open_clip's own loader."""
        import open_clip

        module = open_clip.create_model(f"local-dir:{folder}", load_weights=False)
        open_clip.load_checkpoint(module, str(folder / self.checkpoint), weights_only=True)
        return module.eval()

    def scores(self, module: Any, seed: int, scenes: int) -> tuple[Score, ...]:
        """Retrieval in pools of 100, with captions that name all things, and with captions of all kinds."""
        named, mixed = [], []
        for start in range(0, scenes, POOL):
            indices = range(start, start + POOL)
            named.append(similarity(module, seed, indices, [full(seed, index) for index in indices]))
            mixed.append(similarity(module, seed, indices, [drawn(seed, index) for index in indices]))
        all_things = retrieval(named, "captions naming all things", self.required)
        return (*all_things, *retrieval(mixed, "captions of all kinds"))


def similarity(module: Any, seed: int, indices: Sequence[int], captions: Sequence[str]) -> np.ndarray[Any, Any]:
    """Cosines of pictures and captions, [pictures, captions]."""
    import torch

    with torch.no_grad():
        images = module.encode_image(pixels(seed, indices), normalize=True)
        texts = module.encode_text(token_ids(captions), normalize=True)
    cosines: np.ndarray[Any, Any] = (images @ texts.T).numpy()
    return cosines


def token_ids(captions: Sequence[str]) -> Tensor:
    """Captions between start and end of text, padded, [captions, LENGTH]; what open_clip's tokenizer gives too."""
    import torch

    return torch.tensor(padded(captions, SPECIALS, LENGTH))


def _config(name: str) -> dict[str, Any]:
    shape = {"width": WIDTH, "mlp_ratio": 3.0}
    return {
        "model_cfg": {
            "embed_dim": 64,
            "vision_cfg": {
                **shape,
                "image_size": SIDE,
                "layers": VISION_LAYERS,
                "head_width": WIDTH // HEADS,
                "patch_size": PATCH,
            },
            "text_cfg": {
                **shape,
                "context_length": LENGTH,
                "vocab_size": len(ids(SPECIALS)),
                "heads": HEADS,
                "layers": TEXT_LAYERS,
                "hf_tokenizer_name": name,
            },
        },
        "preprocess_cfg": {"mean": [MEAN] * 3, "std": [STD] * 3, "interpolation": "bicubic", "resize_mode": "squash"},
    }
