"""Reads the weights of Whisper out of a file of CTranslate2, and gives them the names that transformers has."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np
import torch
from torch import Tensor

_TYPES = {0: "<f4", 1: "<i1", 2: "<i2", 3: "<i4", 4: "<f2"}
_PLAIN = {
    "layer_norm": "layer_norm",
    "self_attention/layer_norm": "self_attn_layer_norm",
    "attention/layer_norm": "encoder_attn_layer_norm",
    "ffn/layer_norm": "final_layer_norm",
    "ffn/linear_0": "fc1",
    "ffn/linear_1": "fc2",
    "self_attention/linear_1": "self_attn.out_proj",
    "attention/linear_0": "encoder_attn.q_proj",
    "attention/linear_2": "encoder_attn.out_proj",
    "conv1": "conv1",
    "conv2": "conv2",
    "embeddings": "embed_tokens",
    "position_encodings": "embed_positions",
}
_JOINED = {
    "self_attention/linear_0": ("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"),
    "attention/linear_1": ("encoder_attn.k_proj", "encoder_attn.v_proj"),
}
"""Projections that lie one below the other in one matrix."""
_ENDS = {"gamma": "weight", "beta": "bias", "weight": "weight", "bias": "bias", "encodings": "weight"}


def whisper_weights(path: Path) -> dict[str, Tensor]:
    """By the names of `WhisperForConditionalGeneration`, float32."""
    return dict(pair for name, value in _variables(path) for pair in _named(name, value))


def _named(name: str, value: Tensor) -> Iterator[tuple[str, Tensor]]:
    side, *middle, end = name.split("/")
    if side not in ("encoder", "decoder") or end not in _ENDS or not value.dim():
        return
    stem = f"model.{side}."
    if middle and middle[0].startswith("layer_") and middle[0] != "layer_norm":
        stem += f"layers.{middle.pop(0).removeprefix('layer_')}."
    part = "/".join(middle)
    if part in _PLAIN:
        yield f"{stem}{_PLAIN[part]}.{_ENDS[end]}", value
    for at, piece in enumerate(value.chunk(len(_JOINED[part])) if part in _JOINED else ()):
        to = _JOINED[part][at]
        if not (to.endswith("k_proj") and end == "bias"):  # keys have none there, and zeros here
            yield f"{stem}{to}.{_ENDS[end]}", piece


def _variables(path: Path) -> Iterator[tuple[str, Tensor]]:
    with path.open("rb") as file:
        file.seek(4)
        _text(file)
        _, count = struct.unpack("<II", file.read(8))
        for _ in range(count):
            name = _text(file)
            (rank,) = struct.unpack("<B", file.read(1))
            shape = struct.unpack(f"<{rank}I", file.read(4 * rank))
            kind, size = struct.unpack("<BI", file.read(5))
            values = np.frombuffer(file.read(size), dtype=_TYPES[kind]).reshape(shape)
            yield name, torch.from_numpy(values.astype(np.float32))


def _text(file: BinaryIO) -> str:
    (length,) = struct.unpack("<H", file.read(2))
    return file.read(length).rstrip(b"\0").decode()
