"""The key and fields of one BibTeX entry, with `@string`s put in and values joined by `#`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from tasks.literature.reading.bibtex_entries import Entry
from tasks.literature.reading.dates import month_name
from tasks.literature.reading.outcome import Unreadable, shown

_KEY = re.compile(r"\s*+(?:([^,=\n]*+),|([^\s,=]*+)(?:\s*+$|(?=\s*+[^\s={}]++\s*+=)))")
_BLANK = re.compile(r"(?:[\s,]++|%[^\n]*+(?:\n|$))*+")
_NAME = re.compile(r"([^\s=,{}\"#%()]++(?:[^\S\n]++[^\s=,{}\"#%()]++)?+)\s*+=\s*+")
"""Scopus writes names of two words."""
_BARE = re.compile(r"[^\s,#{}\"=()]++")
_JOIN = re.compile(r"\s*+#\s*+")
_SPACE = re.compile(r"\s*+")
_AFTER = re.compile(r"\s*+(?:[,#]|$|[^\s=,{}\"#%()]++\s*+=)")
"""What follows a quotation mark that ends a value."""
_RAW = re.compile(r"[{}]")
_ESCAPED = re.compile(r"\\.|[{}]", re.S)
_QUOTES = re.compile(r'[{}"]')
_QUOTES_ESCAPED = re.compile(r'\\.|[{}"]', re.S)
MONTHS = {month: month for month in map(month_name, range(1, 13))}
_SEVERAL = frozenset({"author", "editor", "keywords", "keyword"})
"""Fields whose repetitions are further values; of others the first counts, as in BibTeX."""


@dataclass(slots=True)
class Fields:
    """What an entry says."""

    key: str
    values: dict[str, list[str]] = field(default_factory=dict)
    """LaTeX of each field by its name in lower case; several where it is repeated."""
    undefined: dict[str, str] = field(default_factory=dict)
    """Fields whose whole value is a macro that is not defined, with its name."""
    notes: list[str] = field(default_factory=list)

    def get(self, *names: str) -> str:
        """The first value that is not blank of the first field that has one."""
        return next((value for name in names for value in self.values.get(name, ()) if value.strip()), "")


def fields_of(entry: Entry, macros: Mapping[str, str]) -> Fields:
    """The fields of an entry, in one pass.

    A missing comma, key or value is passed over and noted. Raises Unreadable where the entry does not close, and
    where what follows a value is not another field.
    """
    if entry.fault:
        raise Unreadable(entry.fault)
    body = entry.body
    found = _KEY.match(body)
    fields = Fields((found[1] or found[2] or "").strip() if found else "")
    at = found.end() if found else 0
    if not fields.key:
        fields.notes.append("it has no key")
    while at < len(body):
        at = _skipped(body, at)
        if at >= len(body):
            break
        named = _NAME.match(body, at)
        if named is None:
            line = entry.body_line + body.count("\n", 0, at)
            raise Unreadable(f"{shown(body[at : at + 200], 30)} stands where a field should", line)
        value, macro, at = _value(entry, named.end(), macros)
        if macro:
            fields.notes.append(f"macro {shown(macro)} is not defined")
        _put(fields, named[1].lower(), value, macro if macro == value else "")
        after = _SPACE.match(body, at)
        at = after.end() if after else at
        if at < len(body) and body[at] != ",":
            fields.notes.append(f"no comma behind field {shown(named[1])}")
    return fields


def macro_of(entry: Entry, macros: Mapping[str, str]) -> tuple[str, str] | None:
    """The name, in lower case, and value that an `@string` defines; None where it is broken."""
    named = _NAME.match(entry.body, _skipped(entry.body, 0))
    if named is None or entry.fault:
        return None
    try:
        return named[1].lower(), _value(entry, named.end(), macros)[0]
    except Unreadable:
        return None


def _skipped(body: str, at: int) -> int:
    blank = _BLANK.match(body, at)
    return blank.end() if blank else at


def _put(fields: Fields, name: str, value: str, macro: str) -> None:
    if macro:
        fields.undefined[name] = macro
    had = fields.values.setdefault(name, [])
    if had and name not in _SEVERAL and value not in had:
        fields.notes.append(f"field {shown(name)} is repeated")
    had.append(value)


def _value(entry: Entry, at: int, macros: Mapping[str, str]) -> tuple[str, str, int]:
    """The value from a position on, the last macro in it that is not defined, and where it ends."""
    body, parts, undefined = entry.body, [], ""
    while True:
        start, sign = at, body[at : at + 1]
        if sign == "{":
            at = _closing(body, at + 1, _ESCAPED if entry.escapes else _RAW)
            parts.append(body[start + 1 : at - 1])
        elif sign == '"':
            at = _unquoted(body, at + 1, _QUOTES_ESCAPED if entry.escapes else _QUOTES)
            if at < 0:
                line = entry.body_line + body.count("\n", 0, start)
                raise Unreadable("a quotation mark is not closed", line)
            parts.append(body[start + 1 : at - 1])
        elif bare := _BARE.match(body, at):
            at, word = bare.end(), bare[0]
            known = word if word.isdigit() else macros.get(word.lower())
            undefined = word if known is None else undefined
            parts.append(word if known is None else known)
        joined = _JOIN.match(body, at)
        if joined is None or joined.end() == at:
            return "".join(parts), undefined, at
        at = joined.end()


def _closing(body: str, at: int, tokens: re.Pattern[str]) -> int:
    """Behind the brace that closes a value; the end of the entry where none does."""
    depth = 0
    for found in tokens.finditer(body, at):
        if found[0] == "{":
            depth += 1
        elif found[0] == "}":
            if depth == 0:
                return found.end()
            depth -= 1
    return len(body) + 1


def _unquoted(body: str, at: int, tokens: re.Pattern[str]) -> int:
    """Behind the quotation mark that closes a value, which those within it are not; -1 where none does."""
    depth = 0
    for found in tokens.finditer(body, at):
        if found[0] == "{":
            depth += 1
        elif found[0] == "}":
            depth = max(0, depth - 1)
        elif found[0] == '"' and depth == 0 and _AFTER.match(body, found.end()):
            return found.end()
    return -1
