"""Canonical bytes: the one JSON text of a value, and its digest. Pure."""

from __future__ import annotations

import hashlib
import json

from store.base import Frozen

_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def canonical(value: object) -> str:
    """JSON with sorted keys, no spaces, no escapes beyond JSON's own; ValueError for NaN and infinity."""
    return _ENCODER.encode(value)


def sha256(text: str) -> str:
    """SHA-256 of a text's UTF-8 bytes, in hex."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def digest_of(value: Frozen) -> str:
    """SHA-256 of a model's canonical JSON, in hex."""
    return sha256(canonical(value.model_dump(mode="json")))
