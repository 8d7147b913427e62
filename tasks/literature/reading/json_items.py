"""Splits JSON into the records of its list, so that one that is broken or cut off costs no other."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from tasks.literature.reading.counting import Lines
from tasks.literature.reading.outcome import Unreadable

_LIST = re.compile(r'"(?:results|items|references|works)"\s*+:\s*+\[')
_BETWEEN = re.compile(r"[\s,]*+")
_STRINGS = re.compile(r'"(?:[^"\\\n]|\\.)*+"|[{}]', re.S)
_NEXT_VALUE = re.compile(r"[{,\]]")
_COMPACT = re.compile(r"\}\s*+,\s*+(?=\{\s*+\"(?:id|type|title|DOI|indexed)\"\s*+:)")
_RECORD_KEYS = ("title", "type", "display_name")
_HEAD = 100_000
"""Characters in which the list of records begins, if the file is an object that has one."""
_DECODER = json.JSONDecoder(strict=False)
_WINDOW = 1 << 16
"""Characters that are tried first, as an error costs as much as all that is given to the decoder."""
_MOST_LOOKED = 1 << 28
"""Characters that are looked through for the ends of broken objects."""
_DEEP = "it is nested too deeply"
_MOST_CANDIDATES = 1000
"""Places that are tried as the beginning of the next record behind a broken one."""


@dataclass(frozen=True, slots=True)
class Item:
    """One value of the list."""

    line: int
    raw: str
    value: object
    fault: str = ""
    """Why it is no JSON, in one line."""

    def object(self) -> dict[str, object]:
        """The JSON object that it is; raises Unreadable where it is none."""
        if self.fault:
            raise Unreadable(self.fault)
        if not isinstance(self.value, dict):
            raise Unreadable("it is not a JSON object")
        return self.value


def items_of(text: str) -> Iterator[Item]:
    """The values of a list, of an object's `results` or `items`, of one object a line, or the one that a file is.

    A broken object ends with its last brace if its braces pair up, or else before the next line that begins as its
    own line does, or before what looks like the next record. Where too much of a file is broken, the rest is one item.
    """
    lines = Lines(text)
    at, looked = _start(text), 0
    while True:
        at = _end_of(_BETWEEN, text, at)
        if at >= len(text) or text[at] in "]}":
            return
        line = lines.line(at)
        value, end, fault = _decoded(text[at : at + _WINDOW])
        end += at if end >= 0 else 0
        if end < 0:
            closes = _closing(text, at)
            looked += (closes if closes >= 0 else len(text)) - at
            if closes - at > _WINDOW:
                value, _, fault = _decoded(text[at:closes])
            end = len(text) if looked > _MOST_LOOKED else closes if closes >= 0 else _after_broken(text, at)
        yield Item(line, text[at:end].rstrip().rstrip(","), value, fault)
        at = end


def _start(text: str) -> int:
    """Where the first value stands."""
    at = _end_of(_BETWEEN, text, 0)
    if text.startswith("[", at):
        return at + 1
    head = _LIST.search(text, at, at + _HEAD)
    if head and not _is_record(text, at, head.start()):
        return head.end()
    return at


def _is_record(text: str, at: int, end: int) -> bool:
    """Whether an object is a record that has a list of its own, or one of several, one a line."""
    value, stop, _ = _decoded(text[at:])
    if isinstance(value, dict):
        return any(key in value for key in _RECORD_KEYS)
    return stop < 0 and '"title"' in text[at:end]


def _decoded(text: str) -> tuple[object, int, str]:
    """The value that a text begins with, its end, and why it is none; the end is then -1."""
    try:
        value, end = _DECODER.raw_decode(text)
    except json.JSONDecodeError as error:
        return None, -1, f"it is not JSON: {error.msg[0].lower()}{error.msg[1:]}, on its line {error.lineno}"
    except RecursionError:
        return None, -1, _DEEP
    except ValueError:
        return None, -1, "it is not JSON: a number is too long"
    return value, end, ""


def _closing(text: str, at: int) -> int:
    """Where an object ends whose braces pair up, if what follows can follow an object; -1 where it does not."""
    if text[at] != "{":
        return -1
    depth = 0
    for found in _STRINGS.finditer(text, at):
        depth += {"{": 1, "}": -1}.get(found[0], 0)
        if depth == 0:
            following = _end_of(_BETWEEN, text, found.end())
            return found.end() if following >= len(text) or text[following] in "{]}" else -1
    return -1


def _after_broken(text: str, at: int) -> int:
    """Where a value that is not JSON ends, if its braces do not tell."""
    if text[at] != "{":
        found = _NEXT_VALUE.search(text, at + 1)
        return found.start() if found else len(text)
    begins = text.rfind("\n", 0, at) + 1
    indent = text[begins:at]
    if not indent.strip() and begins:
        following = text.find(f"\n{indent}{{", at + 1)
        if following >= 0:
            return following
    for candidate, found in enumerate(_COMPACT.finditer(text, at)):
        value, _, _ = _decoded(text[found.end() : found.end() + _WINDOW])
        if isinstance(value, dict) and any(key in value for key in _RECORD_KEYS):
            return found.end()
        if candidate >= _MOST_CANDIDATES:
            break
    return len(text)


def _end_of(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    return found.end() if found else at
