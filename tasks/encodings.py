"""What the first bytes of a file tell: that it is no text, or by which encoding it is some."""

from __future__ import annotations

import codecs
import re
from typing import Literal

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""Byte order marks, and what to decode by behind them; those that begin like another stand first."""

BinaryKind = Literal["PDF", "archive", "compressed", "office", "rich text", "database", "picture", "program"]

_MAGIC: dict[bytes, BinaryKind] = {
    b"%PDF-": "PDF",
    b"PK\x03\x04": "archive",
    b"\x1f\x8b": "compressed",
    b"BZh": "compressed",
    b"\xfd7zXZ": "compressed",
    b"(\xb5/\xfd": "compressed",
    b"\xd0\xcf\x11\xe0": "office",
    b"{\\rtf": "rich text",
    b"SQLite format 3\0": "database",
    b"GIF8": "picture",
    b"\x89PNG": "picture",
    b"\xff\xd8\xff": "picture",
    b"\x7fELF": "program",
}
_ZEROS = {
    "utf-32-le": (0, 1, 1, 1), "utf-32-be": (1, 1, 1, 0), "utf-16-le": (0, 1, 0, 1), "utf-16-be": (1, 0, 1, 0),
}  # fmt: skip
"""Which of four bytes are zero in Latin text."""
_RUN = re.compile(rb"[\x80-\xff]{2,}")
_MOST_IN_RUNS = 0.5


def binary_kind(data: bytes) -> BinaryKind | None:
    """What a file is by its first bytes, if these are known and no plain text."""
    return next((kind for magic, kind in _MAGIC.items() if data.startswith(magic)), None)


def wide(sample: bytes) -> str | None:
    """The width and byte order of wide characters without a mark: of Latin text all bytes but one are zero."""
    lanes = [sample[at::4].count(0) / max(1, len(sample[at::4])) for at in range(4)]
    for encoding, zero in _ZEROS.items():
        if all(share > 0.4 if expected else share < 0.05 for share, expected in zip(lanes, zero, strict=True)):
            return encoding
    return None


def stands_in_runs(sample: bytes) -> bool:
    """Whether most bytes above 127 do: accents stand alone among Latin letters, other alphabets in a row."""
    high = len(sample) - len(sample.translate(None, bytes(range(128, 256))))
    return sum(map(len, _RUN.findall(sample))) > _MOST_IN_RUNS * high
