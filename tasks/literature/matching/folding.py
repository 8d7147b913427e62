"""Text reduced to what copies of it share: plain letters and digits in lower case, whatever markup it was set in."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from tasks.literature.reading.cleaning import LOST, clean
from tasks.literature.reading.latex import unicode_of

_LETTERS = str.maketrans({
    "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ħ": "h", "ı": "i",
    "ŋ": "n", "ĸ": "k", "ŧ": "t", "ſ": "s", "'": "", "’": "", "‘": "", "`": "",
})  # fmt: skip
"""What decomposition leaves as it is; apostrophes go, so that a word with one stays one word."""
_GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ζ": "zeta", "η": "eta", "θ": "theta",
    "ι": "iota", "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu", "ξ": "xi", "π": "pi", "ρ": "rho", "σ": "sigma",
    "τ": "tau", "υ": "upsilon", "φ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega",
}  # fmt: skip
_SIGN = re.compile(r"(?<![\u0370-\u03ff])[α-ω](?![\u0370-\u03ff])")
"""A Greek letter that stands alone, as in β-carotene, and no word of Greek."""
_MARKUP = re.compile(r"[\\${}]")
_LOST = re.compile(rf"(?<=[^\W\d_])[?{LOST}]+(?=[^\W\d_])|{LOST}")
"""Where letters were lost: a word goes on behind them."""
_IN_FORMULA = re.compile(r"[_^]")


def shown(text: str) -> str:
    """A text without HTML, LaTeX and mojibake, with its capitals and accents."""
    text = clean(text)
    if _MARKUP.search(text):
        text = clean(unicode_of(text))
        text = _IN_FORMULA.sub("", _MARKUP.sub("", text))
    return text


def folded(text: str) -> str:
    """A shown text in lower case without accents, with its points and signs."""
    text = text.casefold()
    if not text.isascii():
        text = _plain(text)
    if "?" in text or LOST in text:
        text = _LOST.sub("", text)
    return text.replace("'", "").replace("`", "")


def _plain(text: str) -> str:
    text = unicodedata.normalize("NFKD", text).casefold()
    if _SIGN.search(text):
        text = _SIGN.sub(lambda each: _GREEK.get(each[0], each[0]), text)
    return "".join(c for c in text if not unicodedata.combining(c)).translate(_LETTERS)


@cache
def _umlauts() -> re.Pattern[str]:
    return re.compile(r"(?<=[aou])e")


def name_key(word: str) -> str:
    """A folded word of a name, so that `Müller`, `Mueller` and `Muller` are one."""
    return _umlauts().sub("", word) if "e" in word and len(word) > 3 else word
