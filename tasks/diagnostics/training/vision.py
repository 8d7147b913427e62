"""The trained vision tower of `shapes-clip`, in the names that the transformers library has for it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor

_OUTER = {
    "class_embedding": "embeddings.class_embedding",
    "conv1.weight": "embeddings.patch_embedding.weight",
    "positional_embedding": "embeddings.position_embedding.weight",
    "ln_pre.weight": "pre_layrnorm.weight",
    "ln_pre.bias": "pre_layrnorm.bias",
    "ln_post.weight": "post_layernorm.weight",
    "ln_post.bias": "post_layernorm.bias",
}
_INNER = {
    "attn.out_proj": "self_attn.out_proj",
    "ln_1": "layer_norm1",
    "ln_2": "layer_norm2",
    "mlp.c_fc": "mlp.fc1",
    "mlp.c_proj": "mlp.fc2",
}


def start_from(tower: Any, checkpoint: Path) -> None:
    """Copy the vision tower of an open_clip checkpoint into a CLIP vision transformer of the transformers library.

    Raises RuntimeError when the two have not the same parameters.
    """
    from safetensors.torch import load_file

    weights: dict[str, Tensor] = {}
    for name, value in load_file(checkpoint).items():
        place, _, inside = name.partition("visual.")
        if not place and inside != "proj":  # the way into CLIP's joint space has no use here
            weights |= _renamed(inside, value.float())
    tower.load_state_dict(weights)


def _renamed(name: str, value: Tensor) -> dict[str, Tensor]:
    if name in _OUTER:
        return {_OUTER[name]: value}
    layer, _, inside = name.removeprefix("transformer.resblocks.").partition(".")
    part, _, kind = inside.rpartition(".")
    here = f"encoder.layers.{layer}"
    if part == "attn" and kind.startswith("in_proj_"):
        kind = kind.removeprefix("in_proj_")
        return {
            f"{here}.self_attn.{letter}_proj.{kind}": third for letter, third in zip("qkv", value.chunk(3), strict=True)
        }
    return {f"{here}.{_INNER[part]}.{kind}": value}
