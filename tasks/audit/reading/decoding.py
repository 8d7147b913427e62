"""From bytes to text, whatever the encoding; what is no text is refused."""

from __future__ import annotations

import codecs
import re

from store.errors import BadInput

LARGEST = 256 * 1024 * 1024
"""Bytes; a report is text for people."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_BINARY = {
    b"%PDF-": "a PDF; give the text of it, as pdftotext writes it",
    b"PK\x03\x04": "a zip archive, as office documents are; save it as text, Markdown, HTML or LaTeX",
    b"\x1f\x8b": "compressed; unpack it first",
    b"BZh": "compressed; unpack it first",
    b"\xfd7zXZ": "compressed; unpack it first",
    b"(\xb5/\xfd": "compressed; unpack it first",
    b"\xd0\xcf\x11\xe0": "an office document; save it as text, Markdown, HTML or LaTeX",
    b"{\\rtf": "rich text; save it as text, Markdown, HTML or LaTeX",
    b"SQLite format 3\0": "a database, not text",
    b"GIF8": "a picture, not text",
    b"\x89PNG": "a picture, not text",
    b"\xff\xd8\xff": "a picture, not text",
    b"\x7fELF": "a program, not text",
}
_CONTROL = bytes(set(range(32)) - {7, 8, 9, 10, 11, 12, 13, 27}) + b"\x7f"
_MOST_CONTROL = 0.002
_SAMPLE = 1 << 20
_ZEROS = {
    "utf-32-le": (0, 1, 1, 1), "utf-32-be": (1, 1, 1, 0), "utf-16-le": (0, 1, 0, 1), "utf-16-be": (1, 0, 1, 0),
}  # fmt: skip
"""Which of four bytes are zero in Latin text."""
UNREADABLE = "\ufffd"
_UNKNOWN = bytes(range(128)) + b"\x80" * 128
"""Bytes of an alphabet that cannot be told."""
UNKNOWN = "□"
_RUN = re.compile(rb"[\x80-\xff]{2,}")
_MOST_IN_RUNS = 0.5
"""Of bytes above 127: accents stand alone among Latin letters, and other alphabets in a row."""


def decoded(data: bytes, name: str) -> str:
    """The text of a file.

    Bytes that are no UTF-8 are marked U+FFFD where most others are, and else read as Windows-1252. Where they stand
    in a row, as in no Latin text, nothing tells what they are, and each is shown as a square; digits are the same in
    all.
    Raises BadInput, naming the file, for what is no text.
    """
    for magic, what in _BINARY.items():
        if data.startswith(magic):
            raise BadInput(f"{name} is {what}")
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _text(data.decode(encoding, "replace"), name)
    sample = data[:_SAMPLE]
    if sample.count(0) > _MOST_CONTROL * len(sample):
        return _text(data.decode(_wide(sample, name), "replace"), name)
    if len(sample.translate(None, _CONTROL)) < len(sample) * (1 - _MOST_CONTROL):
        raise _not_text(name)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    tolerant = data.decode("utf-8", "replace")
    lost = tolerant.count(UNREADABLE)
    whole = sum(1 for c in tolerant if ord(c) > 127) - lost
    if whole >= lost:
        return tolerant
    high = len(sample) - len(sample.translate(None, bytes(range(128, 256))))
    if sum(map(len, _RUN.findall(sample))) > _MOST_IN_RUNS * high:
        return data.translate(_UNKNOWN).decode("latin-1").replace("\x80", UNKNOWN)
    return data.decode("cp1252", "replace").replace(UNREADABLE, UNKNOWN)


def _wide(sample: bytes, name: str) -> str:
    """The width and byte order of wide characters without a mark: of Latin text all bytes but one are zero."""
    lanes = [sample[at::4].count(0) / max(1, len(sample[at::4])) for at in range(4)]
    for encoding, zero in _ZEROS.items():
        if all(share > 0.4 if expected else share < 0.05 for share, expected in zip(lanes, zero, strict=True)):
            return encoding
    raise _not_text(name)


def _text(text: str, name: str) -> str:
    sample = text[:_SAMPLE]
    odd = sum(c < " " and c not in "\t\n\r\f\v\b\a\x1b" for c in sample) + sample.count(UNREADABLE)
    if odd > _MOST_CONTROL * len(sample) + 1:
        raise _not_text(name)
    return text


def _not_text(name: str) -> BadInput:
    return BadInput(f"{name} is not text; give a report as Markdown, text, HTML or LaTeX")
