"""LaTeX to Unicode, outside of formulas; what is not understood stays as it is written."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Any

_ACCENTS = {
    "`": "\u0300", "'": "\u0301", "^": "\u0302", "~": "\u0303", '"': "\u0308", "=": "\u0304", ".": "\u0307",
    "u": "\u0306", "v": "\u030c", "H": "\u030b", "r": "\u030a", "c": "\u0327", "k": "\u0328", "d": "\u0323",
    "b": "\u0331", "t": "\u0361",
}  # fmt: skip
_DOTLESS = {"ı": "i", "ȷ": "j"}
_OWN = {
    "textbackslash": "\\", "textasciitilde": "~", "textasciicircum": "^", "textbar": "|", "textless": "<",
    "textgreater": ">", "textquotesingle": "'", "textquotedbl": '"', "textbraceleft": "{", "textbraceright": "}",
    "textdollar": "$", "textunderscore": "_", "textasteriskcentered": "*", "copyright": "©", "textregistered": "®",
    "texttrademark": "™", "slash": "/", "newline": " ", "par": " ", "LaTeX": "LaTeX", "TeX": "TeX", "BibTeX": "BibTeX",
    "quad": " ", "qquad": " ", "hspace": " ", "relax": "", "protect": "", "noopsort": "", "ignorespaces": "",
    "-": "", "/": "", ",": " ", ";": " ", ":": " ", "!": "", " ": " ", "@": "", "\\": " ", "\n": " ",
}  # fmt: skip
_STYLES = frozenset({
    "textit", "textbf", "emph", "texttt", "textsc", "textrm", "textsf", "textup", "textsl", "textmd", "textnormal",
    "text", "mbox", "hbox", "uppercase", "textsuperscript", "textsubscript", "textnumero", "underline", "enquote",
    "mkbibquote", "mkbibemph", "url", "path", "MakeUppercase", "MakeLowercase", "it", "bf", "em", "tt", "sc", "rm",
    "sf", "sl", "itshape", "bfseries", "scshape", "ttfamily", "upshape", "sffamily", "rmfamily", "normalfont",
    "nocase",
})  # fmt: skip
_TOKEN = re.compile(r"\\(?:([A-Za-z]+)\*?[ \t\n]*|(.|\n|$))|(\$\$?)|([{}])|(~)|(---?|``|'')|([^\\${}~`'-]+|[`'-])")
_ARGUMENT = re.compile(
    r"[ \t\n]*+(?:\{[ \t\n]*+(?:\\([A-Za-z]++)[ \t\n]*+|([^{}\\$]?))(?:\{\})?([^{}\\$]*+)\}"
    r"|\\([A-Za-z]++)[ \t]*+|([^\s{}\\$]))"
)
_ADDRESS = re.compile(r"\{[^{}]*+\}(?=\s*+\{)")
"""What `\\href` points to, before the text that is shown."""
_DISPLAYS = {"(": "\\)", "[": "\\]"}
_DASHES = {"--": "–", "---": "—", "``": "“", "''": "”"}


def unicode_of(latex: str) -> str:
    r"""The text that LaTeX sets: accents, letters and signs as characters, braces and styles gone.

    Formulas stay as they are, from `$` to `$` and from `\(` to `\)`. A macro that is not known stays too, so that
    nothing is lost silently. Takes any text, whether or not it is sound LaTeX.
    """
    if "\\" not in latex and not any(c in latex for c in "${}~`-'"):
        return latex
    out: list[str] = []
    at, end = 0, len(latex)
    last = {opens: latex.rfind(closes) for opens, closes in _DISPLAYS.items()}
    while at < end:
        found = _TOKEN.match(latex, at)
        if found is None:
            break
        name, sign, dollar, _, tie, dash, other = found.groups()
        at = found.end()
        if other is not None:
            out.append(other)
        elif name is not None or sign is not None:
            name = name or sign
            if name in _DISPLAYS:
                close = latex.find(_DISPLAYS[name], at) + 2 if last[name] >= at else at
                out.append(latex[found.start() : close])
                at = close
            elif name == "href" and (address := _ADDRESS.match(latex, at)):
                at = address.end()
            else:
                at = _macro(latex, name, found.start(), at, out)
        elif dollar is not None:
            closes = _closing(latex, dollar, at)
            out.append(latex[found.start() : closes])
            at = closes
        elif tie is not None:
            out.append(" ")
        elif dash is not None:
            out.append(_DASHES[dash])
    return unicodedata.normalize("NFC", "".join(out))


def _macro(latex: str, name: str, start: int, at: int, out: list[str]) -> int:
    """Append what a macro stands for; returns where reading goes on."""
    if name in _ACCENTS:
        return _accent(latex, name, start, at, out)
    if name in "{}$&%#_" and len(name) == 1:
        out.append(name)
    elif name in _OWN:
        out.append(_OWN[name])
    elif name in _STYLES:
        pass
    elif (letter := _letter(name)) is not None:
        out.append(letter)
    else:
        out.append(latex[start:at])
        return at
    return at + 2 if latex.startswith("{}", at) else at


def _accent(latex: str, name: str, start: int, at: int, out: list[str]) -> int:
    argument = _ARGUMENT.match(latex, at)
    if argument is None:
        stands = {"~": "~", "^": "^"}.get(name, "" if len(name) == 1 and not name.isalpha() else latex[start:at])
        out.append(stands)
        return at + 2 if latex.startswith("{}", at) else at
    macro, first, rest, bare, single = argument.groups()
    base = (_letter(macro or bare) or "") if macro or bare else first or single or ""
    if not base and not rest:
        out.append({"~": "~", "^": "^"}.get(name, ""))
    else:
        base = _DOTLESS.get(base, base)
        out.append(base[:1] + (_ACCENTS[name] if base else "") + base[1:] + (rest or ""))
    return argument.end()


def _closing(latex: str, dollar: str, at: int) -> int:
    """Behind the end of a formula; the end of the sign itself where it has none."""
    found = latex.find(dollar, at)
    while found > 0 and latex[found - 1] == "\\":
        found = latex.find(dollar, found + 1)
    return found + len(dollar) if found >= 0 else at


@cache
def _letter(name: str) -> str | None:
    """The character that a macro without arguments stands for; None where it is not known."""
    spec = _macros().get_macro_spec(name)
    stands = getattr(spec, "simplify_repl", None)
    return stands if isinstance(stands, str) and "%" not in stands and stands.strip() else None


@cache
def _macros() -> Any:
    from pylatexenc.latex2text import get_default_latex_context_db

    return get_default_latex_context_db()
