"""Folds text so that spellings of one word are equal: case, accents, ligatures, widths, marks that nobody sees."""

from __future__ import annotations

import re
import unicodedata

_MARKS = re.compile("[\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed"
                    "\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]")  # fmt: skip
"""Accents and vowel marks of alphabets that are read without them: Latin, Greek, Cyrillic, Hebrew, Arabic.

Marks of other scripts (vowel signs of Indic scripts, the voicing of kana) stay, as words differ by them.
"""
_UNSEEN = re.compile("[\u00ad\u061c\u0640\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]")
"""Soft hyphens, joiners, direction marks, and the stroke that stretches Arabic words."""
_BROKEN = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
"""Control characters and lone surrogates, which part words and which no database takes."""
_LETTERS = str.maketrans({
    "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ħ": "h", "ı": "i", "ŋ": "n", "ŧ": "t",
    "ə": "e", "ƒ": "f", "’": "'", "ʼ": "'", "‘": "'",
})  # fmt: skip
"""Letters that Unicode takes for letters of their own, beside the accented ones; and the ways to type an apostrophe."""


def folded(text: str) -> str:
    """The text in lower case, without accents, in one width, without control characters and unseen marks.

    Takes any text, and gives one that UTF-8 can hold and that folds to itself.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text).casefold()
        text = unicodedata.normalize("NFC", _MARKS.sub("", unicodedata.normalize("NFKD", text)))
        text = _UNSEEN.sub("", text.translate(_LETTERS))
    return _BROKEN.sub(" ", text.lower())
