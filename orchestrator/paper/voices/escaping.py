"""Any text as LaTeX that prints it: nothing in it is read as a command, and what the fonts lack is replaced visibly.

The target is pdfLaTeX with `inputenc` utf8, T1 fonts, `textcomp` and `amssymb`, as Debian's base packages have them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from orchestrator.reports.renderers import clean

_SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "#": r"\#",
    "$": r"\$",
    "%": r"\%",
    "&": r"\&",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    "`": r"\`{}",
    "¨": r"\"{}",
    "´": r"\'{}",
    "¯": r"\={}",
    "[": "{[}",  # else an option, where a line of a table or a list begins with it
    "]": "{]}",
}

_LIGATURES = re.compile("(?<=([-,'?!]))(?=[-,'`])")
"""Between characters that fonts would draw as one, such as two hyphens."""

_MATHEMATICS = {
    "≤": r"\leq", "≥": r"\geq", "≈": r"\approx", "≠": r"\neq", "≡": r"\equiv", "∞": r"\infty", "∑": r"\sum",
    "∏": r"\prod", "∫": r"\int", "√": r"\surd", "∂": r"\partial", "∇": r"\nabla", "∈": r"\in", "∉": r"\notin",
    "∀": r"\forall", "∃": r"\exists", "∧": r"\wedge", "∨": r"\vee", "∩": r"\cap", "∪": r"\cup", "⊂": r"\subset",
    "⊆": r"\subseteq", "→": r"\rightarrow", "←": r"\leftarrow", "↔": r"\leftrightarrow", "⇒": r"\Rightarrow",
    "⇔": r"\Leftrightarrow", "−": "-", "⋅": r"\cdot", "∘": r"\circ", "∝": r"\propto", "≪": r"\ll", "≫": r"\gg",
    "✓": r"\checkmark", "✗": r"\times", "●": r"\bullet", "○": r"\circ", "ℓ": r"\ell", "′": r"\prime",
    "α": r"\alpha", "β": r"\beta", "γ": r"\gamma", "δ": r"\delta", "ε": r"\varepsilon", "ζ": r"\zeta", "η": r"\eta",
    "θ": r"\theta", "ι": r"\iota", "κ": r"\kappa", "λ": r"\lambda", "μ": r"\mu", "ν": r"\nu", "ξ": r"\xi", "π": r"\pi",
    "ρ": r"\rho", "σ": r"\sigma", "τ": r"\tau", "υ": r"\upsilon", "φ": r"\varphi", "χ": r"\chi", "ψ": r"\psi",
    "ω": r"\omega", "Γ": r"\Gamma", "Δ": r"\Delta", "Θ": r"\Theta", "Λ": r"\Lambda", "Ξ": r"\Xi", "Π": r"\Pi",
    "Σ": r"\Sigma", "Φ": r"\Phi", "Ψ": r"\Psi", "Ω": r"\Omega",
}  # fmt: skip

_AS_IT_IS = frozenset(map(chr, range(0xA1, 0x17F))) - set("\xadĦħĸĿŀŉŦŧ") | frozenset("ȘșȚț–—‘’‚“”„†‡•‰‹›€™")
"""Printed by these fonts, which lack a few letters; the soft hyphen is not, as it says nothing."""

_UNPRINTED = {"\u00a0": "~", "\u202f": r"\,", "\u2009": r"\,", "\u00ad": "", "\u200b": "", "\u2026": r"\ldots{}"}
_SPACES = frozenset(" \u2002\u2003\u2004\u2005\u2006\u2007\u2008\u200a\u205f\u3000")


@dataclass(frozen=True, slots=True, order=True)
class Replacement:
    """A character that the fonts lack, and what is printed in its place."""

    character: str
    printed: str


def tex_text(text: str) -> str:
    """The text as LaTeX. Control characters become spaces, marks of direction a visible sign."""
    printed = "".join(_printed(character) for character in unicodedata.normalize("NFC", _parted(clean(text))))
    return printed.replace("\ue000", "{}")


def declared() -> Iterator[str]:
    """Lines by which LaTeX knows signs of mathematics where people write them themselves."""
    for sign, command in sorted(_MATHEMATICS.items()):
        yield f"\\DeclareUnicodeCharacter{{{ord(sign):04X}}}{{\\ensuremath{{{command}}}}}"


def replacements(text: str) -> tuple[Replacement, ...]:
    """Characters that are printed as something else, each once."""
    found = unicodedata.normalize("NFC", clean(text))
    return tuple(sorted({each for character in found for each in _replacement(character)}))


def breakable(text: str) -> str:
    """The text of an identifier or a path as LaTeX, which may be broken after its signs, and within long runs."""
    parts = re.findall(r"[A-Za-z0-9]{1,8}|[^A-Za-z0-9]", clean(text))
    return r"\allowbreak{}".join(map(tex_text, parts))


def _parted(text: str) -> str:
    return _LIGATURES.sub("\ue000", text)


def _printed(character: str) -> str:
    if character == "\ue000" or (character.isascii() and character not in _SPECIAL):
        return character
    if character in _SPECIAL:
        return _SPECIAL[character]
    if character in _AS_IT_IS:
        return character
    if character in _UNPRINTED:
        return _UNPRINTED[character]
    if character in _SPACES:
        return " "
    if character in _MATHEMATICS:
        return rf"\ensuremath{{{_MATHEMATICS[character]}}}"
    return "".join(map(_printed, _plainer(character))) or rf"\gonogounknown{{{_named(character)}}}"


def _plainer(character: str) -> str:
    """The same in characters that fonts have: its compatible form, or its letter without the marks on it."""
    compatible = unicodedata.normalize("NFKC", character)
    if compatible != character and all(_is_printed(each) for each in compatible):
        return compatible
    letters = "".join(each for each in unicodedata.normalize("NFKD", character) if not unicodedata.combining(each))
    return letters if letters != character and all(_is_printed(each) for each in letters) else ""


def _is_printed(character: str) -> bool:
    return character.isascii() or character in _AS_IT_IS or character in _MATHEMATICS


def _replacement(character: str) -> Iterator[Replacement]:
    known = character in _UNPRINTED or character in _SPACES or _is_printed(character)
    if not known:
        yield Replacement(character, _plainer(character) or _named(character))


def _named(character: str) -> str:
    return f"U+{ord(character):04X}"
