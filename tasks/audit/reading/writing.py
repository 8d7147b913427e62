"""One writing of numbers for all locales: a point before decimals, nothing between thousands, ASCII signs."""

from __future__ import annotations

import re

_SIGNS = str.maketrans(
    {"−": "-", "‐": "-", "‑": "-", "﹣": "-", "－": "-", "＋": "+", "＝": "=", "％": "%", "∼": "~", "～": "~", "’": "'"}
    | {"（": "(", "）": ")", "：": ":", "，": ",", "／": "/"}
    | {chr(0xFF10 + digit): str(digit) for digit in range(10)}
)
_PLUS_MINUS = re.compile(r"\+\s?/\s?-|\+-(?=\s?\d)")
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
_POWER = re.compile(
    r"(?<![\w.,])(\d(?:[.,]\d{1,9})?)\s?[×x·*]\s?10(?:\s?\^\s?\{?(-?\d{1,3})\}?|([⁻⁺]?[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3}))(?![\w.])"
)
_SPACES = "\u00a0\u202f\u2009"
_SPACED = re.compile(rf"(?<![\d.,])\d{{1,3}}(?:[{_SPACES}']\d{{3}})+(?!\d)")
_THOUSANDS = re.compile(r"(?<![\d.,\[(])\d{1,3}(?:,\d{3})+(?![\d,])|(?<=[\[(])\d{1,3}(?:,\d{3})+(?![\d,\])])")
_BARE_POINT = re.compile(r"(?<![\w.])\.(?=\d)")

_COMMA_DECIMAL = re.compile(
    r"(?<![\d.,\[])(?:\d{1,3}(?:[. \u00a0\u202f\u2009]\d{3})*,\d{1,2}(?![\d,])|0,\d{3,}(?!\d))(?!\s?[\])])"
)
_POINT_DECIMAL = re.compile(r"(?<![\d.])\d+\.\d+(?![\d.])")
_POINTED = re.compile(r"(?<![\d.,])\d{1,3}(?:\.\d{3})+(?![\d.])")
_LOOSELY_SPACED = re.compile(rf"(?<![\d.,])\d{{1,3}}(?:[ {_SPACES}]\d{{3}})+(?=,\d)")
_WRITTEN_OTHERWISE = {
    False: re.compile(r"[.,'+<>](?:(?<=[,'+<>])[\d=/-]|(?<=\+) /|(?<!\d\.)\d)"),
    True: re.compile(r"[.,'+<>](?:[\d=/-]|(?<=\+) /)"),
}
"""Whether there is anything to do for a text in ASCII, by whether it has a decimal comma."""
_GROUPED = re.compile(r"(?<![\w.,-])\d{1,3}(?: \d{3})+(?=\.\d)|(?<![\w.,-])\d{1,3}(?: \d{3}){2,}(?![\d.])")
_GROUPED_BEFORE_COMMA = re.compile(r"(?<![\w.,/-])\d{1,3}(?: \d{3})+(?!\d|\.\d)")
_TWO_NUMBERS = re.compile(r"(?<![\w.,/-])(\d{1,3}) (?=\d{3}(?!\d|[.,]\d))")
"""One number with a space between its thousands, or two? It is taken for none."""
_SPACED_DIGITS = re.compile(r"\d \d{3}")
_COMMA = re.compile(r"(?<=\d),(?=\d)")


def has_decimal_comma(text: str) -> bool:
    """True when more numbers of the report have a decimal comma than a decimal point."""
    commas = sum(1 for _ in _COMMA_DECIMAL.finditer(text))
    return commas > 0 and commas > sum(1 for each in _POINT_DECIMAL.finditer(text) if not _POINTED.fullmatch(each[0]))


def _exponent(each: re.Match[str]) -> str:
    return f"{each[1]}e{each[2] or each[3].translate(_SUPERSCRIPTS)}"


def canonical(text: str, decimal_comma: bool) -> str:
    """`1.234,5`, `1 234,5` and `1,234.5` as `1234.5`; `+/-` as ±, `<=` as ≤, `.05` as 0.05, a Unicode minus as `-`."""
    plain = text.isascii() and "10^" not in text and not _SPACED_DIGITS.search(text)
    if plain and not _WRITTEN_OTHERWISE[decimal_comma].search(text):
        return text
    text = text.translate(_SIGNS)
    if "10" in text:
        text = _POWER.sub(_exponent, text)
    text = _PLUS_MINUS.sub("±", text).replace("<=", "≤").replace(">=", "≥")
    text = _SPACED.sub(lambda each: re.sub(rf"[{_SPACES}']", "", each[0]), text)
    if decimal_comma:
        text = _GROUPED_BEFORE_COMMA.sub(lambda each: each[0].replace(" ", ""), text)
        text = _LOOSELY_SPACED.sub(lambda each: re.sub(rf"[ {_SPACES}]", "", each[0]), text)
        text = _POINTED.sub(lambda each: each[0].replace(".", ""), text)
        text = _COMMA.sub(".", text)
    else:
        text = _GROUPED.sub(lambda each: each[0].replace(" ", ""), text)
        text = _THOUSANDS.sub(lambda each: each[0].replace(",", ""), text)
        text = _TWO_NUMBERS.sub(r"\1_", text)
    for space in _SPACES:
        text = text.replace(space, " ")
    return _BARE_POINT.sub("0.", text)
