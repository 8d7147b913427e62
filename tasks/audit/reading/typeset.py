"""What a line of LaTeX shows when it is set, near enough for its claims."""

from __future__ import annotations

import re
from collections.abc import Iterable

_SI = re.compile(r"\\(?:SI|qty)\s*(?:\[[^\]]{0,100}\])?\{([^{}]{1,60})\}\s*\{([^{}]{1,60})\}")
_NUM = re.compile(r"\\num\s*(?:\[[^\]]{0,100}\])?\{([^{}]{1,60})\}")
_SYMBOLS = (
    (r"\pm", "±"), (r"\times", "×"), (r"\cdot", "×"), (r"\leq", "≤"), (r"\geq", "≥"), (r"\le", "≤"), (r"\ge", "≥"),
    (r"\lt", "<"), (r"\gt", ">"), (r"\approx", "≈"), (r"\sim", "~"), (r"\rightarrow", "→"), (r"\to", "→"),
    (r"\alpha", "α"), (r"\chi", "χ"), (r"\rho", "ρ"), (r"\Delta", "Δ"), (r"\checkmark", "✓"), (r"\ldots", "…"),
    (r"\milli\second", "ms"), (r"\micro\second", "µs"), (r"\second", "s"), (r"\minute", "min"), (r"\hour", "h"),
    (r"\giga\byte", "GB"), (r"\mega\byte", "MB"), (r"\percent", "%"),
)  # fmt: skip
_SYMBOL = re.compile("|".join(re.escape(name) + r"(?![A-Za-z])\s?" for name, _ in _SYMBOLS))
_MEANING = dict(_SYMBOLS)
_ESCAPED = re.compile(r"\\([%&_#$ {}])")
_UNSEEN = re.compile(
    r"\\(?:begin|end|label|(?:eq|auto|page|c)?ref|Cref|cite[a-z]*|[vh]space|includegraphics|input|include|bibliography\w*"
    r"|usepackage|documentclass|setlength|vskip|hskip|pagestyle|thispagestyle|graphicspath|hypersetup|fontsize|definecolor"
    r"|textcolor|color)\*?\s*(?:\[[^\[\]]{0,200}\]\s*)*(?:\{[^{}]{0,200}\})?(?:\[[^\[\]]{0,100}\])?"
)
"""Commands whose arguments are not shown."""
_COMMAND = re.compile(r"\\[A-Za-z]{1,40}\*?\s*(?:\[[^\[\]]{0,100}\])?")
_DEFINED = re.compile(
    r"\\(?:(?:new|renew|provide)command\*?|def|DeclareMathOperator)\s*\{?\s*\\(?P<name>[A-Za-z]{1,60})\s*\}?\s*"
    r"\{(?P<text>[^{}\\]{0,200})\}"
)
_USED = re.compile(r"\\([A-Za-z]{1,60})(?:\{\}|\s(?=[^\s\w])|\\ |(?![A-Za-z]))")


def definitions(lines: Iterable[str]) -> dict[str, str]:
    r"""Macros without arguments that stand for a plain text, as in `\newcommand{\accuracy}{0.731}`."""
    return {
        each["name"]: each["text"] for line in lines if "command" in line or r"\def" in line
        for each in _DEFINED.finditer(line)
    }  # fmt: skip


def is_definition(line: str) -> bool:
    """Whether a line defines a macro, and shows nothing."""
    return _DEFINED.match(line.lstrip()) is not None


def visible(text: str, macros: dict[str, str] | None = None) -> str:
    """The text without its commands; macros are replaced by what they stand for."""
    if macros:
        text = _USED.sub(lambda each: macros[each[1]] if each[1] in macros else each[0], text)
    text = _UNSEEN.sub("", text)
    text = _SI.sub(r"\1 \2", text)
    text = _NUM.sub(r"\1", text)
    text = _SYMBOL.sub(lambda each: _MEANING[each[0].strip()] + " ", text)
    text = text.replace("---", "—").replace("--", "–").replace("~", " ").replace("$", "")
    text = _ESCAPED.sub(lambda each: {"{": "\x01", "}": "\x02"}.get(each[1], each[1]), text)
    text = text.replace("\\,", " ").replace("\\;", " ").replace("\\!", "").replace("\\\\", " ")
    text = _COMMAND.sub("", text)
    text = text.replace("{", "").replace("}", "").replace("\x01", "{").replace("\x02", "}")
    return re.sub(r"(?<=\d) (?=%)|(?<=%) (?=\))", "", " ".join(text.split()))
