"""Reads weights out of an ONNX file: just enough of the wire format of protocol buffers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

GRAPH, NODE, TENSOR = 7, 1, 5
"""Fields: the graph of a model, and the nodes and the tensors of a graph."""
_FLOAT = 1


def weights(path: Path) -> dict[str, Tensor]:
    """Tensors by name, float32; a matrix that a product multiplies by is named after the product, and turned."""
    model = memoryview(path.read_bytes())
    graph = next(part for field, part in _fields(model) if field == GRAPH)
    found, renamed = {}, {}
    for field, part in _fields(graph):
        if field == TENSOR and (read := _tensor(part)) is not None:
            found[read[0]] = read[1]
        elif field == NODE:
            inputs = [bytes(value).decode() for at, value in _fields(part) if at == 1]
            name = next((bytes(value).decode() for at, value in _fields(part) if at == 3), "")
            if name.endswith("/MatMul") and len(inputs) == 2:
                renamed[inputs[1]] = name.strip("/").removesuffix("/MatMul").replace("/", ".") + ".weight"
    return {renamed.get(name, name): value.T if name in renamed else value for name, value in found.items()}


def _tensor(part: memoryview) -> tuple[str, Tensor] | None:
    fields = list(_fields(part))
    shape = [value for at, value in fields if at == 1]
    kind = next((value for at, value in fields if at == 2), None)
    name = next((bytes(value).decode() for at, value in fields if at == 8), "")
    raw = next((value for at, value in fields if at == 9), None)
    if kind != _FLOAT or raw is None:
        return None
    return name, torch.from_numpy(np.frombuffer(raw, dtype="<f4").reshape(shape).copy())


def _fields(buffer: memoryview) -> Iterator[tuple[int, memoryview | int]]:
    """Number and value of each field of a message."""
    at = 0
    while at < len(buffer):
        key, at = _varint(buffer, at)
        match key & 7:
            case 0:
                value, at = _varint(buffer, at)
                yield key >> 3, value
                continue
            case 1:
                size = 8
            case 2:
                size, at = _varint(buffer, at)
            case 5:
                size = 4
            case other:
                raise ValueError(f"no ONNX file: a field of type {other}")
        yield key >> 3, buffer[at : at + size]
        at += size


def _varint(buffer: memoryview, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = buffer[at]
        at, value, shift = at + 1, value | (byte & 127) << shift, shift + 7
        if byte < 128:
            return value, at
