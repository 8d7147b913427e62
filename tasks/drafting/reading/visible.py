"""What of a LaTeX source is printed: everything else is blank, so that places stay what they were. Time is linear."""

from __future__ import annotations

import re

_LITERAL = ("verbatim", "verbatim*", "lstlisting", "minted", "Verbatim", "alltt")
"""Environments in which a percent sign begins no comment."""

_NOTHING_SHOWN = frozenset({
    "fig", "ref", "eqref", "autoref", "pageref", "nameref", "cref", "Cref", "vref", "label", "input", "include",
    "includegraphics", "bibliography", "addbibresource", "bibliographystyle", "usepackage", "documentclass", "vspace",
    "hspace", "setlength", "addtolength", "setcounter", "addtocounter", "stepcounter", "url", "color", "pagecolor",
    "rule", "newcounter", "newlength", "settowidth", "hypersetup", "graphicspath", "pagestyle", "thispagestyle",
    "hyphenation", "definecolor", "fontsize", "linespread", "enlargethispage", "phantom", "hphantom", "vphantom",
    "cline", "cmidrule", "specialrule", "addlinespace", "RequirePackage", "PassOptionsToPackage", "citation",
    "nocite", "hypertarget", "newcolumntype", "geometry", "captionsetup", "sisetup", "pdfinfo", "hyperlink",
    "looseness",
})  # fmt: skip
"""Commands of which no argument is printed as it stands; and those whose names hold `cite`."""

_LAST_SHOWN = {
    "href": 1, "hyperref": 0, "textcolor": 1, "colorbox": 1, "fcolorbox": 2, "parbox": 1, "raisebox": 1, "makebox": 0,
    "framebox": 0, "multicolumn": 2, "multirow": 2, "rotatebox": 1, "scalebox": 1, "resizebox": 2, "newcommand": 1,
    "renewcommand": 1, "providecommand": 1, "footnote": 0, "footnotetext": 0, "item": 0, "section": 0, "caption": 0,
}  # fmt: skip
"""Commands, each with how many arguments in braces come before the one that is printed. What is optional is not."""
_SHORT = frozenset({"item", "section", "caption", "footnote", "footnotetext"})
"""Of these, what is optional may be printed, and is read as if it were."""

_ENVIRONMENTS = {"tabular": 1, "tabular*": 2, "tabularx": 2, "longtable": 1, "array": 1, "minipage": 1, "multicols": 1,
                 "thebibliography": 1, "adjustbox": 1, "wrapfigure": 2, "tabulary": 2, "minted": 1}  # fmt: skip
"""Environments, each with how many arguments in braces follow its name, none of which is printed."""

_NAME = re.compile(r"\\([a-zA-Z@]+)\*?|\\(.)", re.DOTALL)
_SPACE = re.compile(r"[ \t]*\n?[ \t]*")
_BEGIN = re.compile(r"\\begin\s*\{([^{}\n]*)\}")
_LENGTH = re.compile(
    r"[-−+]?(?:\d+\.?\d*|\.\d+) ?(?:pt|mm|cm|in|ex|em|bp|pc|dd|cc|sp|mu|fil{1,3})\b"
    r"|[-−+]?(?:\d+\.?\d*|\.\d+)(?=\\(?:text|line|column|paper|page)(?:width|height)|\\baselineskip|\\(?:h|v)size)"
)
_GLUE = re.compile(
    r"\\(?:[hv]?skip|kern|mkern|[hv]size|parindent|parskip|baselineskip|tabcolsep|penalty|looseness)\b\s*=?"
)
_AMOUNT = re.compile(r" ?[-−+]?[\d.]+ ?(?:[a-z]{2})?")
_INDEX = re.compile(r"(?<=[A-Za-z})\]])([_^])(\{[^{}]{0,20}\}|\d)")
"""Of a symbol; powers of numbers stay."""
_PARAMETER = re.compile(r"##?\d")


def visible(source: str) -> str:
    """The source, in which all that is not printed is blank; it is as long as the source, and has the same lines."""
    return _Reader(source).read()


def without_comments(source: str) -> str:
    """The source, in which comments are blank."""
    return _Reader(source, comments_alone=True).read()


class _Reader:
    def __init__(self, source: str, comments_alone: bool = False) -> None:
        self._source, self._alone = source, comments_alone
        self._out = list(source)

    def read(self) -> str:
        at, source = 0, self._source
        while at < len(source):
            character = source[at]
            if character == "%":
                end = source.find("\n", at)
                at = self._blank(at, len(source) if end < 0 else end)
            elif character == "\\":
                at = self._command(at)
            else:
                at += 1
        text = "".join(self._out)
        if self._alone:
            return text
        for pattern in (_PARAMETER, _LENGTH):
            text = pattern.sub(lambda found: " " * len(found[0]), text)
        return _INDEX.sub(_index, text)

    def _blank(self, start: int, end: int) -> int:
        for at in range(start, end):
            if self._out[at] != "\n":
                self._out[at] = " "
        return end

    def _command(self, at: int) -> int:
        found = _NAME.match(self._source, at)
        if found is None:
            return at + 1
        name, end = found[1], found.end()
        if name == "begin" and (begin := _BEGIN.match(self._source, at)) is not None:
            return self._environment(begin)
        if name == "verb":
            sign = self._source[end : end + 1]
            close = self._source.find(sign, end + 1) if sign else -1
            return close + 1 if close > 0 else end
        if self._alone:
            return end
        if name is None:
            self._blank(at, at + 1 if found[2] in "%$&#_" else end)
            return self._arguments(end, 0) if found[2] == "\\" else end
        if (glue := _GLUE.match(self._source, at)) is not None:
            self._blank(at, glue.end())
            length = _AMOUNT.match(self._source, glue.end())
            return self._blank(at, length.end()) if length else glue.end()
        self._blank(at, end)
        if name == "end" or name in _NOTHING_SHOWN or "cite" in name.casefold():
            return self._arguments(end, 9)
        if name in _LAST_SHOWN:
            return self._arguments(end, _LAST_SHOWN[name], optional=name not in _SHORT)
        if name in ("def", "let"):
            return self._arguments(end, 0)
        return end

    def _environment(self, begin: re.Match[str]) -> int:
        name = begin[1]
        if name in _LITERAL:
            close = self._source.find(f"\\end{{{name}}}", begin.end())
            if not self._alone:
                self._blank(begin.start(), self._arguments(begin.end(), 1 if name == "minted" else 0))
            return close if close > 0 else len(self._source)
        if self._alone:
            return begin.end()
        self._blank(begin.start(), begin.end())
        return self._arguments(begin.end(), _ENVIRONMENTS.get(name, 0))

    def _arguments(self, at: int, most: int, optional: bool = True) -> int:
        """Blank what is in brackets from `at` on, and up to `most` arguments in braces; the place behind them."""
        taken = 0
        while True:
            space = _SPACE.match(self._source, at)
            start = space.end() if space else at
            sign = self._source[start : start + 1]
            if sign in ("[", "(") and optional and (sign == "[" or most == 9):
                end = self._close(start, sign, "]" if sign == "[" else ")")
            elif sign == "{" and taken < most:
                end, taken = self._close(start, "{", "}"), taken + 1
            elif sign == "\\" and taken < most and most < 9:  # as in \newcommand\name
                name = _NAME.match(self._source, start)
                end, taken = (name.end() if name else -1), taken + 1
            else:
                return at
            if end < 0:
                return at
            at = self._blank(start, end)

    def _close(self, start: int, opening: str, closing: str) -> int:
        """The place behind what closes the sign at `start`; below 0 where nothing does within a few lines."""
        depth = 0
        for at in range(start, min(len(self._source), start + 2_000)):
            sign = self._source[at]
            if sign == "\\" or self._source[at - 1 : at] == "\\":
                continue
            if sign == opening:
                depth += 1
            elif sign == closing:
                depth -= 1
                if not depth:
                    return at + 1
            elif sign == "\n" and self._source[at + 1 : at + 2] == "\n":
                return -1
        return -1


def _index(found: re.Match[str]) -> str:
    return " " * len(found[0]) if not re.search(r"[.,]", found[2]) else found[0]
