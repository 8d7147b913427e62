"""From bytes to text: byte order marks, then UTF-8, then guesses, which are told."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tasks.encodings import MARKS, BinaryKind, binary_kind, stands_in_runs, wide
from tasks.literature.reading.outcome import Encoding, Unreadable

_BINARY: Mapping[BinaryKind, str] = {
    "PDF": "a PDF",
    "archive": "a zip archive or office document",
    "compressed": "compressed; unpack it first",
    "office": "an office document",
    "rich text": "rich text; save it as plain text",
    "database": "a database",
    "picture": "a picture",
    "program": "a program",
}
_SAMPLE = 1 << 16
_CONTROL = bytes(set(range(32)) - {9, 10, 11, 12, 13, 26, 27}) + b"\x7f"
_MOST_CONTROL = 0.01
_OTHER_ALPHABETS = ("cp1251", "koi8_r", "cp1253", "cp1255", "cp1256")
_SCRIPTS = {"hangul": re.compile("[가-힣]"), "kana": re.compile("[ぁ-ヺ]"), "han": re.compile("[一-鿿]")}
_EAST_ASIAN = (
    ("euc_kr", "euc_kr", "hangul", 0.9),
    ("euc_jp", "euc_jp", "kana", 0.2),
    ("shift_jis", "shift_jis", "kana", 0.2),
    ("gb2312", "gb18030", "han", 0.6),
    ("big5", "big5", "han", 0.6),
    ("gb18030", "gb18030", "han", 0.8),
)
"""What to decode by, what it is then called, and the share of a script that its text above ASCII has."""
_LATIN = "cp1252"


def decoded(data: bytes) -> tuple[str, Encoding]:
    """The text of a file, with line breaks as newlines and without NULs, and its encoding.

    What is not UTF-8 is guessed, line by line, since files are often joined from several: lines that are UTF-8 stay
    so, others are Windows-1252 or, where most bytes above 127 stand in a row, of the alphabet they look like.
    Bytes that no encoding has become U+FFFD, which cleaning never lets into a record.
    Raises Unreadable for what is no text.
    """
    if kind := binary_kind(data):
        raise Unreadable(f"the file is {_BINARY[kind]}")
    text, encoding = _decoded(data)
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").removeprefix("\ufeff"), encoding


def _decoded(data: bytes) -> tuple[str, Encoding]:
    for mark, name in MARKS:
        if data.startswith(mark):
            try:
                return data.decode(name), Encoding(name)
            except UnicodeDecodeError:
                if name != "utf-8-sig":
                    return _whole(data.decode(name, "replace")), Encoding(name, guessed=True)
                data = data[len(mark) :]
    sample = data[:_SAMPLE]
    if sample.count(0) > _MOST_CONTROL * len(sample):
        if (width := wide(sample)) is None:
            raise _no_text()
        return _whole(data.decode(width, "replace")), Encoding(width, guessed=True)
    if len(sample.translate(None, _CONTROL)) < len(sample) * (1 - _MOST_CONTROL):
        raise _no_text()
    try:
        return data.decode("utf-8"), Encoding("utf-8")
    except UnicodeDecodeError:
        return _guessed(data)


def _whole(text: str) -> str:
    """Text of wide characters, unless it is mostly no text."""
    if text[:_SAMPLE].count("\ufffd") > _MOST_CONTROL * len(text[:_SAMPLE]) + 1:
        raise _no_text()
    return text


def _guessed(data: bytes) -> tuple[str, Encoding]:
    lines = data.splitlines(keepends=True)
    whole = [line.isascii() or _is_utf8(line) for line in lines]
    name = _alphabet(b"".join(line for line, ok in zip(lines, whole, strict=True) if not ok))
    mixed = any(ok and not line.isascii() for line, ok in zip(lines, whole, strict=True))
    text = "".join(line.decode("utf-8" if ok else name, "replace") for line, ok in zip(lines, whole, strict=True))
    return text, Encoding(f"utf-8 and {name}" if mixed else name, guessed=True)


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _alphabet(data: bytes) -> str:
    """The encoding of lines that are no UTF-8."""
    sample = data[:_SAMPLE]
    if not stands_in_runs(sample):
        return _LATIN
    if asian := _east_asian(sample[: sample.rfind(b"\n") + 1] or sample):
        return asian
    from charset_normalizer import from_bytes

    best = from_bytes(data[: _SAMPLE >> 2], cp_isolation=list(_OTHER_ALPHABETS)).best()
    return best.encoding if best is not None else _LATIN


def _east_asian(sample: bytes) -> str:
    """The first encoding by which a sample is whole and of the script that goes with it; empty where there is none."""
    for encoding, name, script, share in _EAST_ASIAN:
        try:
            high = [c for c in sample.decode(encoding) if c > "\x7f"]
        except UnicodeDecodeError:
            continue
        if high and len(_SCRIPTS[script].findall("".join(high))) >= share * len(high):
            return name
    return ""


def _no_text() -> Unreadable:
    return Unreadable("the file is not text")
