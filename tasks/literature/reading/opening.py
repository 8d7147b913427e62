"""Opens a file of records: tells its format by its content, and reads each record by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from store.errors import BadInput
from tasks.literature.reading.bibtex import bibtex_pieces
from tasks.literature.reading.cleaning import LOST
from tasks.literature.reading.decoding import decoded
from tasks.literature.reading.json_records import json_format, json_pieces
from tasks.literature.reading.outcome import (
    LONGEST_REASON,
    Encoding,
    Format,
    Kept,
    Piece,
    Quarantined,
    Reading,
    Unreadable,
)
from tasks.literature.reading.ris import ris_pieces

LARGEST = 64 * 1024 * 1024
"""Bytes; reading a file that is larger could take more than a GiB of memory."""
LONGEST_RECORD = 8 * 1024 * 1024
"""Characters; a record that is longer is set aside, as text and lists that long would fill the memory."""
MOST_RECORDS = 200_000
"""In one file."""

_JSON = re.compile(r'[\s\ufeff]*+(?:\[\s*+(?:[{\]]|null\b|$)|\{\s*+["}])')
_MARKUP = re.compile(r"[\s\ufeff]*+<(?:(!doctype\s+html|html|head|body)|\?xml|[a-z][\w:-]*+[\s>])", re.I)
_RIS = re.compile(r"^[ \t\ufeff]{0,8}TY[ \t]{1,2}-", re.M)
_RIS_TAGS = re.compile(r"^(?:TI|T1|AU|A1)  - ", re.M)
_BIBTEX = re.compile(r"^[ \t\ufeff]*+@[ \t]*+[A-Za-z][\w.-]*+\s*+[{(]", re.M)
_OTHERS = (
    (
        re.compile(r"^(?:PMID|STAT|OWN |FAU |[ALO]ID |DCOM|PHST)- ", re.M),
        "is PubMed's own format, which ERIC writes, too; open it in Zotero or EndNote, and export it as RIS there",
    ),
    (re.compile(r"\A\s*+FN .*\nVR "), "is Web of Science's own format; export it as RIS or BibTeX"),
    (re.compile(r"\A\s*+%(?:[0A] |[0-9A-Z@] .*\n%[0-9A-Z@] )"), "is EndNote's own format; export it as RIS or BibTeX"),
)
_LOST = f"a character was lost in it, shown as {LOST}"


def open_literature(path: Path) -> Reading:
    """Read a file; BadInput as `bytes_of`."""
    return read_literature(bytes_of(path))


def bytes_of(path: Path) -> bytes:
    """The content of a file; BadInput, in one line, where it is not there, too large, or cannot be read from disk."""
    try:
        if path.is_dir():
            raise BadInput(f"{path} is a folder; name the files in it")
        if path.exists() and not path.is_file():
            raise BadInput(f"{path} is no file; save the records to one")
        size = path.stat().st_size
        if size > LARGEST:
            raise BadInput(f"{path} has {size / 2**20:.0f} MiB; split it into files of at most {LARGEST >> 20}")
        return path.read_bytes()
    except FileNotFoundError:
        raise BadInput(f"{path}: there is no such file") from None
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}") from None


def read_literature(data: bytes) -> Reading:
    """Read the bytes of a file, whatever they are.

    A record that cannot be read is set aside with its line and a reason, and so is, as one, a file that is no text or
    holds no record. Nothing but its content tells a file's format.
    """
    try:
        text, encoding = decoded(data)
    except Unreadable as error:
        return _without_records("unknown", Encoding("unknown", guessed=True), str(error))
    del data
    try:
        format = _format(text)
    except Unreadable as error:
        return _without_records("unknown", encoding, str(error))
    kept, quarantined = [], []
    for ordinal, piece in enumerate(_pieces(format, text)):
        if ordinal >= MOST_RECORDS:
            return _without_records(format, encoding, f"the file holds more than {MOST_RECORDS} records; split it")
        outcome = _outcome(ordinal, piece)
        if isinstance(outcome, Kept):
            kept.append(outcome)
        else:
            quarantined.append(outcome)
    if not kept and not quarantined:
        return _without_records(format, encoding, "the file holds no record")
    return Reading(format, encoding, tuple(kept), tuple(quarantined))


def _pieces(format: Format, text: str) -> Iterator[Piece]:
    if format == "bibtex":
        return bibtex_pieces(text)
    return ris_pieces(text) if format == "ris" else json_pieces(text)


def _outcome(ordinal: int, piece: Piece) -> Kept | Quarantined:
    if len(piece.raw) > LONGEST_RECORD:
        return Quarantined(ordinal, piece.line, f"it is longer than {LONGEST_RECORD >> 20} MiB", piece.raw)
    try:
        read = piece.read()
    except Unreadable as error:
        reason = f"{error} (line {error.line})" if error.line else str(error)
        return Quarantined(ordinal, piece.line, reason[:LONGEST_REASON], piece.raw)
    record, notes = read.record, list(dict.fromkeys(read.notes))
    if LOST in record.title or any(LOST in part for name in record.authors for part in (name.family, name.literal)):
        notes.append(_LOST)
    return Kept(record, ordinal, piece.line, read.key, piece.raw, tuple(notes))


def _format(text: str) -> Format:
    """By what comes first in a file. Raises Unreadable where it is of another kind."""
    if not text.strip():
        raise Unreadable("the file is empty")
    if _JSON.match(text):
        return json_format(text)
    if markup := _MARKUP.match(text):
        raise Unreadable("the file is a web page" if markup[1] else "the file is XML")
    ris, bibtex = _RIS.search(text), _BIBTEX.search(text)
    if ris and not (bibtex and bibtex.start() < ris.start()):
        return "ris"
    if bibtex:
        return "bibtex"
    for pattern, what in _OTHERS:
        if pattern.search(text):
            raise Unreadable(f"the file {what}")
    if _RIS_TAGS.search(text):
        return "ris"
    raise Unreadable("the file holds no record of BibTeX, RIS, CSL-JSON or OpenAlex JSON")


def _without_records(format: Format, encoding: Encoding, reason: str) -> Reading:
    return Reading(format, encoding, (), (Quarantined(0, 1, reason),))
