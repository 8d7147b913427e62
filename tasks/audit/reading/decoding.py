"""From bytes to text, whatever the encoding; what is no text is refused."""

from __future__ import annotations

import codecs

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
    b"\x89PNG": "a picture, not text",
    b"\xff\xd8\xff": "a picture, not text",
    b"\x7fELF": "a program, not text",
}
_CONTROL = bytes(set(range(32)) - {7, 8, 9, 10, 11, 12, 13, 27}) + b"\x7f"
_MOST_CONTROL = 0.002
_SAMPLE = 1 << 20
UNREADABLE = "\ufffd"


def decoded(data: bytes, name: str) -> str:
    """The text of a file; bytes that are no UTF-8 are read as Windows-1252 where all are, and else marked U+FFFD.

    Raises BadInput, naming the file, for what is no text.
    """
    for magic, what in _BINARY.items():
        if data.startswith(magic):
            raise BadInput(f"{name} is {what}")
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _text(data.decode(encoding, "replace"), name)
    sample = data[:_SAMPLE]
    if b"\0" in sample:
        return _text(data.decode(_utf16(sample, name), "replace"), name)
    if len(sample.translate(None, _CONTROL)) < len(sample) * (1 - _MOST_CONTROL):
        raise BadInput(f"{name} is not text; give a report as Markdown, text, HTML or LaTeX")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    tolerant = data.decode("utf-8", "replace")
    multibyte = sum(1 for c in tolerant if ord(c) > 127 and c != UNREADABLE)
    return tolerant if multibyte else data.decode("cp1252", "replace")


def _utf16(sample: bytes, name: str) -> str:
    """The byte order of UTF-16 without a mark, in which Latin text has a zero in every other byte."""
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    half = len(sample) / 2
    if odd > 0.4 * half and even < 0.05 * half:
        return "utf-16-le"
    if even > 0.4 * half and odd < 0.05 * half:
        return "utf-16-be"
    raise BadInput(f"{name} is not text; give a report as Markdown, text, HTML or LaTeX")


def _text(text: str, name: str) -> str:
    sample = text[:_SAMPLE]
    if sum(c < " " and c not in "\t\n\r\f\v\b\a\x1b" for c in sample) > _MOST_CONTROL * len(sample):
        raise BadInput(f"{name} is not text; give a report as Markdown, text, HTML or LaTeX")
    return text
