"""Words of a text, alike for its plurals and spellings, and whether phrases occur among them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from tasks.literature.folding import folded
from tasks.literature.record import Record

CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff"
"""Of a character class: kana, Han and Hangul, which are written without spaces or with them after phrases."""

_ENDING = r"(?:'s\b|[+#]+(?!\w))?"
_WORD = re.compile(rf"[{CJK}]|[^\W_{CJK}]+{_ENDING}")
"""One character of CJK, or letters and digits. `C++` and `C#` are words; hyphens and all else part them."""
_ASCII_WORD = re.compile(rf"[a-z0-9]+{_ENDING}")
"""The same where there is nothing else, in a third of the time."""

_NO_PLURAL = ("us", "ss")
_HISSING = ("ses", "xes", "zes", "ches", "shes", "sis", "se", "xe", "ze", "che", "she")

_BETWEEN = " \n "
"""Between fields, so that no phrase runs from one into the next."""


def words(text: str) -> list[str]:
    """Words of a text in their order, folded, in the singular; CJK character by character."""
    text = folded(text)
    return list(map(_singular, (_ASCII_WORD if text.isascii() else _WORD).findall(text)))


@lru_cache(maxsize=1 << 17)
def _singular(word: str) -> str:
    """A form that singular and plural share, after the S-stemmer of Harman (1991), and without a possessive's ending.

    It need be no word (`case` and `cases` become `cas`), as it is compared with others of its kind alone. Beyond Harman
    it knows the plurals of hissing sounds (`classes`, `caches`) and of `analysis`; irregular ones (`matrices`) it does
    not. Words of three letters stay, so that `CLIPs` equals `CLIP`, and `GAS` is no plural.
    """
    word = word.removesuffix("'s")
    if len(word) <= 3 or word.endswith(_NO_PLURAL):
        return word
    if word.endswith(("ies", "ie")) and len(word) > 4:
        return word[: word.rindex("ie")] + "y"
    if word.endswith(_HISSING):
        word = word[:-2] if word[-1] == "s" and len(word) > 4 else word[:-1]
    if len(word) > 3 and word.endswith("s") and not word.endswith(_NO_PLURAL):
        word = word[:-1]
    return word


def phrase(text: str) -> str:
    """The words of a term, to be looked for by `occurs`; empty where the term has no word."""
    return " ".join(words(text))


def searchable(record: Record) -> str:
    """Title, abstract and keywords as `occurs` reads them: their words, a space on either side of each."""
    return joined([record.title, record.abstract, *record.keywords])


def joined(texts: Iterable[str]) -> str:
    """Several texts as `occurs` reads them; no phrase is found across two of them."""
    return f" {_BETWEEN.join(' '.join(words(text)) for text in texts)} "


def occurs(phrase: str, text: str) -> bool:
    """Whether a phrase of `phrase` stands in a text of `searchable`, as whole words next to each other."""
    return bool(phrase) and f" {phrase} " in text
