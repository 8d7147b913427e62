"""Text as LaTeX that means it."""

from __future__ import annotations

import re

from tasks.literature.reading.latex import unicode_of

_SPECIAL = {
    "\\": "\\textbackslash{}", "{": "\\textbraceleft{}", "}": "\\textbraceright{}", "$": "\\$", "&": "\\&",
    "%": "\\%", "#": "\\#", "_": "\\_", "~": "\\textasciitilde{}", "^": "\\textasciicircum{}",
}  # fmt: skip
_ESCAPED = re.compile(r"[\\{}$&%#_~^]|-(?=-)|`(?=`)|'(?=')")
_FORMULA = re.compile(r"\$(?=[^\s$])([^$]*[\\^_=][^$]*|[A-Za-z])(?<!\s)\$")


def latex_of(text: str) -> str:
    """LaTeX of which `unicode_of` makes the same text. Formulas from `$` to `$` stay as they are."""
    out, at = [], 0
    for formula in _FORMULA.finditer(text) if "$" in text else ():
        if _balanced(formula[1]):
            out += [_escaped(text[at : formula.start()]), formula[0]]
            at = formula.end()
    latex = "".join([*out, _escaped(text[at:])])
    return latex if not out or unicode_of(latex) == text else _escaped(text)


def latex_code(text: str) -> str:
    """LaTeX for an identifier or address, in which a brace or percent sign would end the entry or hide the rest."""
    return re.sub(r"([\\{}])", lambda each: _SPECIAL[each[1]], text).replace("%", "\\%")


def _escaped(text: str) -> str:
    return _ESCAPED.sub(lambda each: _SPECIAL.get(each[0], each[0] + "{}"), text)


def _balanced(text: str) -> bool:
    depth = 0
    for sign in text:
        depth += {"{": 1, "}": -1}.get(sign, 0)
        if depth < 0:
            return False
    return depth == 0 and not text.endswith("\\")
