"""LaTeX in which nothing is a command but what the voice writes, in pairs of braces as TeX and BibTeX count them."""

from __future__ import annotations

import re

from orchestrator.paper.voices.signs import MATHEMATICS

_WRITTEN = frozenset({
    "textbackslash", "textbraceleft", "textbraceright", "textasciicircum", "textasciitilde", "textless", "textgreater",
    "textbar", "textquotedbl", "ldots", "ensuremath", "gonogounknown", "textsuperscript", "textsubscript",
    *"uvrHdckbi", *"#$%&_,-`\"'=.^~",
}) | {command[1:] for sign in MATHEMATICS.values() for command in re.findall(r"\\[A-Za-z]+", sign)}  # fmt: skip
_IN_NAMES = frozenset({"relax", "l", "L", "o", "O", "ae", "AE", "oe", "OE", "ss", "dj", "DJ", "dh", "DH", "th", "TH",
                       "ng", "NG"})  # fmt: skip
_TOKEN = re.compile(r"\\([A-Za-z]+|.)|(.)", re.DOTALL)


def assert_inert(latex: str, names: bool = False) -> None:
    """As the module says; `names` may have commands for letters."""
    allowed = _WRITTEN | _IN_NAMES if names else _WRITTEN
    depth = 0
    for command, other in _TOKEN.findall(latex):
        assert not command or command in allowed, f"\\{command} in {latex!r}"
        assert not other or (other not in "#$%&_^\\" and other.isprintable()), f"{other!r} in {latex!r}"
        depth += {"{": 1, "}": -1}.get(other, 0)
        assert depth >= 0, latex
    assert depth == 0, latex
    assert latex.count("{") == latex.count("}"), "BibTeX counts braces behind backslashes as well"
    for joined in ("--", "–-", ",,", "''", "‘‘", "’’", "?`", "!`", "?‘", "!‘", "<<", ">>"):
        assert joined not in latex, f"{joined} in {latex!r} is drawn as one sign"
