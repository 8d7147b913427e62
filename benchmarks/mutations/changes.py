"""What can happen to a printed number: each change gives other digits, or none where it has nothing to change."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence

Change = Callable[[str, random.Random, Sequence[str]], str]
"""From a number, a source of randomness and other numbers of the report to what is printed in its place; or empty."""

_SIGN = re.compile(r"(?:<|&lt;) ")


def digit_changed(text: str, draw: random.Random, _: Sequence[str]) -> str:
    """Any digit becomes another."""
    at = _digit(text, draw)
    return text[:at] + draw.choice([d for d in "0123456789" if d != text[at]]) + text[at + 1 :]


def last_digit_by_one(text: str, draw: random.Random, _: Sequence[str]) -> str:
    """The last digit, up or down: the least that can change."""
    at = max(_digits(text))
    return text[:at] + str((int(text[at]) + draw.choice((1, -1))) % 10) + text[at + 1 :]


def digit_dropped(text: str, draw: random.Random, _: Sequence[str]) -> str:
    """One digit less; of one digit nothing would be left."""
    at = _digit(text, draw)
    return text[:at] + text[at + 1 :] if len(_digits(text)) > 1 else ""


def digit_doubled(text: str, draw: random.Random, _: Sequence[str]) -> str:
    """A digit is there twice."""
    at = _digit(text, draw)
    return text[:at] + text[at] + text[at:]


def two_swapped(text: str, draw: random.Random, _: Sequence[str]) -> str:
    """Two digits beside each other change places."""
    pairs = [at for at in _digits(text) if text[at + 1 : at + 2].isdigit() and text[at] != text[at + 1]]
    if not pairs:
        return ""
    at = draw.choice(pairs)
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def point_moved(text: str, draw: random.Random, _: Sequence[str]) -> str:
    """The decimal point, one digit to either side; a whole number gets one before its last digit."""
    at = text.find(".")
    if at < 0:
        last = max(_digits(text))
        return f"{text[:last]}.{text[last:]}" if len(_digits(text)) > 1 else ""
    bare = text[:at] + text[at + 1 :]
    ways = [to for to in (at - 1, at + 1) if bare[to - 1 : to].isdigit() and bare[to : to + 1].isdigit()]
    return "" if not ways else bare[: (to := draw.choice(ways))] + "." + bare[to:]


def sign_flipped(text: str, _: random.Random, __: Sequence[str]) -> str:
    """A minus comes or goes; `<` becomes `>`."""
    if _SIGN.match(text):
        return text.replace("&lt;", "&gt;").replace("<", ">")
    return text[1:] if text.startswith("-") else f"-{text}"


def bound_dropped(text: str, _: random.Random, __: Sequence[str]) -> str:
    """`< 0.001` becomes 0.001."""
    return _SIGN.sub("", text) if _SIGN.match(text) else ""


def anothers_digits(text: str, draw: random.Random, others: Sequence[str]) -> str:
    """Those of another figure, as when a line was copied and half changed."""
    found = draw.choice(others)
    return found if found != text else ""


KINDS: dict[str, Change] = {
    "digit changed": digit_changed,
    "last digit by one": last_digit_by_one,
    "digit dropped": digit_dropped,
    "digit doubled": digit_doubled,
    "two digits swapped": two_swapped,
    "point moved": point_moved,
    "sign flipped": sign_flipped,
    "bound dropped": bound_dropped,
    "another's digits": anothers_digits,
    "interval end changed": digit_changed,
}
BOUNDS_ONLY = "interval end changed"
"""Is done to ends of intervals and nothing else."""


def _digits(text: str) -> list[int]:
    """Places of digits; those of an exponent are left alone."""
    mantissa = re.split("e(?=[-+]?\\d)", text)[0]
    return [at for at, character in enumerate(mantissa) if character.isdigit()]


def _digit(text: str, draw: random.Random) -> int:
    return draw.choice(_digits(text))
