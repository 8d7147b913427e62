"""Text of a field in its normal form: one line, NFC, as it was meant, with nothing that a terminal would obey."""

from __future__ import annotations

import html
import re
import unicodedata

from tasks.mojibake import repaired

LOST = "□"
"""Stands for a character that was lost before the file was written, or that its encoding does not have."""

_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_TAG = re.compile(
    r"</?(?:jats:[a-z-]{1,30}|mml:[a-z-]{1,30}|i|b|em|strong|u|sub|sup|scp|sc|p|br|span|font|italic|bold|title)"
    r"(?:\s[^<>]{0,200})?/?>",
    re.IGNORECASE,
)
_BREAKS = re.compile(r"</?(?:jats:p|p|br|jats:title|title)\b", re.IGNORECASE)
_DROPPED = ("Cc", "Cf", "Cs")
_JOINERS = "\u200c\u200d"
"""Marks without which words of some languages read wrong."""
_MOST_TURNS = 10


def clean(text: str) -> str:
    """The normal form of a text, of any length; cleaning it again changes nothing.

    Entities and common tags of HTML and JATS are resolved, UTF-8 that was read as Windows-1252 is read again, U+FFFD
    becomes `LOST`, control, direction and surrogate characters go, and blank space is one space.
    """
    if text.isascii() and text.isprintable() and "&" not in text and "<" not in text:
        return text if "  " not in text and text[:1] != " " and text[-1:] != " " else " ".join(text.split())
    for _ in range(_MOST_TURNS):
        before = text
        text = _once(text)
        if text == before:
            break
    return text


def clean_code(text: str) -> str:
    """The normal form of an identifier or address: as `clean`, but what looks like markup stays."""
    return plain(text.replace("&amp;", "&"))


def plain(text: str) -> str:
    """One line, NFC, without control, direction and surrogate characters, U+FFFD as `LOST`."""
    text = unicodedata.normalize("NFC", text.replace("\ufffd", LOST))
    if not text.isprintable():
        text = "".join(
            " " if c.isspace() else c
            for c in text
            if c.isspace() or c in _JOINERS or unicodedata.category(c) not in _DROPPED
        )
    return " ".join(text.split())


def _once(text: str) -> str:
    if "&" in text:
        text = _ENTITY.sub(lambda each: html.unescape(each[0]), text)
    if "<" in text:
        text = _TAG.sub(lambda each: " " if _BREAKS.match(each[0]) else "", text)
    if not text.isascii():
        text = repaired([text])[0][0]
    return plain(text)
