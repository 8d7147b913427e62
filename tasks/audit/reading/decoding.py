"""From bytes to text, whatever the encoding; what is no text is refused."""

from __future__ import annotations

from collections.abc import Mapping

from store.errors import BadInput
from tasks.encodings import MARKS, BinaryKind, binary_kind, stands_in_runs, wide

LARGEST = 256 * 1024 * 1024
"""Bytes; a report is text for people."""

_BINARY: Mapping[BinaryKind, str] = {
    "PDF": "a PDF; give the text of it, as pdftotext writes it",
    "archive": "a zip archive, as office documents are; save it as text, Markdown, HTML or LaTeX",
    "compressed": "compressed; unpack it first",
    "office": "an office document; save it as text, Markdown, HTML or LaTeX",
    "rich text": "rich text; save it as text, Markdown, HTML or LaTeX",
    "database": "a database, not text",
    "picture": "a picture, not text",
    "program": "a program, not text",
}
_CONTROL = bytes(set(range(32)) - {7, 8, 9, 10, 11, 12, 13, 27}) + b"\x7f"
_MOST_CONTROL = 0.002
_SAMPLE = 1 << 20
UNREADABLE = "\ufffd"
_UNKNOWN = bytes(range(128)) + b"\x80" * 128
"""Bytes of an alphabet that cannot be told."""
UNKNOWN = "□"


def decoded(data: bytes, name: str) -> str:
    """The text of a file.

    Bytes that are no UTF-8 are marked U+FFFD where most others are, and else read as Windows-1252. Where they stand
    in a row, as in no Latin text, nothing tells what they are, and each is shown as a square; digits are the same in
    all.
    Raises BadInput, naming the file, for what is no text.
    """
    if kind := binary_kind(data):
        raise BadInput(f"{name} is {_BINARY[kind]}")
    for mark, encoding in MARKS:
        if data.startswith(mark):
            return _text(data.decode(encoding, "replace"), name)
    sample = data[:_SAMPLE]
    if sample.count(0) > _MOST_CONTROL * len(sample):
        if (width := wide(sample)) is None:
            raise _not_text(name)
        return _text(data.decode(width, "replace"), name)
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
    if stands_in_runs(sample):
        return data.translate(_UNKNOWN).decode("latin-1").replace("\x80", UNKNOWN)
    return data.decode("cp1252", "replace").replace(UNREADABLE, UNKNOWN)


def _text(text: str, name: str) -> str:
    sample = text[:_SAMPLE]
    odd = sum(c < " " and c not in "\t\n\r\f\v\b\a\x1b" for c in sample) + sample.count(UNREADABLE)
    if odd > _MOST_CONTROL * len(sample) + 1:
        raise _not_text(name)
    return text


def _not_text(name: str) -> BadInput:
    return BadInput(f"{name} is not text; give a report as Markdown, text, HTML or LaTeX")
