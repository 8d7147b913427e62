"""Which characters pdfLaTeX sets with the fonts of the paper, and by which commands; and what may stand for others."""

from __future__ import annotations

from collections.abc import Mapping

SPECIAL: Mapping[str, str] = {
    "\\": r"\textbackslash{}",
    "{": r"\textbraceleft{}",  # BibTeX would count a brace behind a backslash, too
    "}": r"\textbraceright{}",
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
    "ˆ": r"\textasciicircum{}",
    "˜": r"\textasciitilde{}",
    "ˇ": r"\v{}",
    "˘": r"\u{}",
    "˙": r"\.{}",
    "˚": r"\r{}",
    "˝": r"\H{}",
    "*": "{*}",  # else the star of a line break, where a line of a table begins with it
    "[": "{[}",  # and so is this an option
    "]": "{]}",
}

MATHEMATICS: Mapping[str, str] = {
    "≤": r"\leq", "≥": r"\geq", "≈": r"\approx", "≠": r"\neq", "≡": r"\equiv", "∞": r"\infty", "∑": r"\sum",
    "∏": r"\prod", "∫": r"\int", "√": r"\surd", "∂": r"\partial", "∇": r"\nabla", "∈": r"\in", "∉": r"\notin",
    "∀": r"\forall", "∃": r"\exists", "∧": r"\wedge", "∨": r"\vee", "∩": r"\cap", "∪": r"\cup", "⊂": r"\subset",
    "⊆": r"\subseteq", "⊃": r"\supset", "⊇": r"\supseteq", "∅": r"\emptyset", "∖": r"\setminus", "→": r"\rightarrow",
    "←": r"\leftarrow", "↔": r"\leftrightarrow", "↑": r"\uparrow", "↓": r"\downarrow", "↦": r"\mapsto",
    "⇒": r"\Rightarrow", "⇐": r"\Leftarrow", "⇔": r"\Leftrightarrow", "−": "-", "∓": r"\mp", "⋅": r"\cdot",
    "∘": r"\circ", "∗": r"\ast", "⊕": r"\oplus", "⊗": r"\otimes", "⊙": r"\odot", "⊥": r"\bot", "⊤": r"\top",
    "∥": r"\parallel", "∣": r"\mid", "∝": r"\propto", "∼": r"\sim", "≃": r"\simeq", "≅": r"\cong", "≪": r"\ll",
    "≫": r"\gg", "≲": r"\lesssim", "≳": r"\gtrsim", "⟨": r"\langle", "⟩": r"\rangle", "⋯": r"\cdots",
    "✓": r"\checkmark", "✗": r"\times", "●": r"\bullet", "○": r"\circ", "■": r"\blacksquare", "□": r"\square",
    "▲": r"\blacktriangle", "△": r"\triangle", "◆": r"\blacklozenge", "◇": r"\lozenge", "★": r"\bigstar",
    "ℓ": r"\ell", "′": r"\prime", "ℝ": r"\mathbb{R}", "ℕ": r"\mathbb{N}", "ℤ": r"\mathbb{Z}",
    "ℚ": r"\mathbb{Q}", "ℂ": r"\mathbb{C}",
    "α": r"\alpha", "β": r"\beta", "γ": r"\gamma", "δ": r"\delta", "ε": r"\varepsilon", "ζ": r"\zeta", "η": r"\eta",
    "θ": r"\theta", "ι": r"\iota", "κ": r"\kappa", "λ": r"\lambda", "μ": r"\mu", "ν": r"\nu", "ξ": r"\xi", "π": r"\pi",
    "ρ": r"\rho", "σ": r"\sigma", "ς": r"\varsigma", "τ": r"\tau", "υ": r"\upsilon", "φ": r"\varphi", "χ": r"\chi",
    "ψ": r"\psi", "ω": r"\omega", "ϵ": r"\epsilon", "ϕ": r"\phi", "ϑ": r"\vartheta",
    "Γ": r"\Gamma", "Δ": r"\Delta", "Θ": r"\Theta", "Λ": r"\Lambda", "Ξ": r"\Xi", "Π": r"\Pi",
    "Σ": r"\Sigma", "Φ": r"\Phi", "Ψ": r"\Psi", "Ω": r"\Omega",
}  # fmt: skip

AS_IT_IS = frozenset(map(chr, range(0xA1, 0x17F))) - set("\xadĦħĸĿŀŉŦŧ") | frozenset(
    "ȘșȚțƒẞ–—‖‘’‚“”„†‡•‰‹›⁄€™"
)  # fmt: skip
"""Set by these fonts, without any that is made on demand."""

UNPRINTED: Mapping[str, str] = {
    "\u00a0": "~", "\u202f": r"\,", "\u2009": r"\,", "\u00ad": r"\-", "\u200b": "", "\u2026": r"\ldots{}",
    **{chr(code): "" for code in range(0xFE00, 0xFE10)},
}  # fmt: skip
"""What TeX has a command for; where a word may be broken, and which of its shapes a sign has, shows nothing."""

SPACES = frozenset(" \u2002\u2003\u2004\u2005\u2006\u2007\u2008\u200a\u205f\u3000")

ABOVE: Mapping[str, str] = {
    "\u0300": "`", "\u0301": "'", "\u0302": "^", "\u0303": "~", "\u0304": "=", "\u0306": "u", "\u0307": ".",
    "\u0308": '"', "\u030a": "r", "\u030b": "H", "\u030c": "v",
}  # fmt: skip
BELOW: Mapping[str, str] = {"\u0323": "d", "\u0327": "c", "\u0328": "k", "\u0331": "b"}
"""Marks on letters, and LaTeX's commands for them."""

UNDER_ANOTHER = frozenset(map(chr, range(0xC0, 0x100))) | frozenset(
    "ĂăĄąĆćČčĎďĘęĚěĞğĹĺĽľŃńŇňŐőŔŕŘřŚśŞşŠšŤťŢţŮůŰűŸŹźŻżŽžİ"
)  # fmt: skip
"""Letters that T1 has with their mark, so that another mark is set right above it."""

LETTERS: Mapping[str, str] = {
    "ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ß": "ss", "ı": "i", "đ": "dj",
    "Đ": "DJ", "ð": "dh", "Ð": "DH", "þ": "th", "Þ": "TH", "ŋ": "ng", "Ŋ": "NG",
}  # fmt: skip
"""LaTeX's commands for letters that are none with a mark; BibTeX sorts by the first of them."""

_ISO_9 = dict(zip("абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
                  [*"abvgdeëžzijklmnoprstufhcčšŝ", '"', *"y'èûâ"], strict=True))  # fmt: skip
_OTHERS = {"і": "ì", "ї": "ï", "є": "ê", "ў": "ŭ", "ј": "j", "љ": "lj", "њ": "nj", "ђ": "đ", "ћ": "ć", "џ": "dž"}
_LATIN = {
    **_ISO_9, **_OTHERS, "ħ": "h", "ŧ": "t", "ĸ": "k", "ə": "e", "ɛ": "e", "ɔ": "o", "ɓ": "b", "ɗ": "d", "ɨ": "i",
    "ο": "o",
}  # fmt: skip

STANDS_IN: Mapping[str, str] = {
    **_LATIN,
    **{letter.upper(): latin.title() for letter, latin in _LATIN.items()},
    **dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEZHIKMNOPTYX", strict=True)),
    "\u2010": "-", "\u2011": "-", "\u2012": "–", "\u2015": "—", "\u02bc": "’", "\u02bb": "‘", "\u201b": "‘",
    "\u02b9": "'", "ŉ": "’n", "ℏ": "h", "\u2033": "′′", "✔": "✓", "✘": "✗", "☐": "□", "◦": "○", "‣": "•",
}  # fmt: skip
"""Letters and signs that others stand for: Cyrillic by ISO 9:1995, Serbian and Macedonian by their Latin letters."""
