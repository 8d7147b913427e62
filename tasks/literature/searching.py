"""Full-text search over works: an index in SQLite's FTS5 for which any text is a query."""

from __future__ import annotations

import hashlib
import re
import sqlite3
from collections.abc import Iterable
from typing import NamedTuple

from store.errors import Unfit
from tasks.literature.folding import folded
from tasks.literature.record import Record
from tasks.literature.words import CJK

WEIGHTS = {"title": 4.0, "authors": 2.0, "container": 1.0, "abstract": 1.0, "keywords": 2.0}
"""Fields that are searched, and how much more than in an abstract a word counts in each."""

_SCHEMA = f"""
PRAGMA journal_mode = OFF;
CREATE TABLE works (row INTEGER PRIMARY KEY, id TEXT NOT NULL);
CREATE VIRTUAL TABLE texts USING fts5({", ".join(WEIGHTS)}, content='', tokenize='unicode61 remove_diacritics 2');
"""
_RANK = f"round(-bm25(texts, {', '.join(map(str, WEIGHTS.values()))}), 6)"
_SEARCH = f"""
SELECT id, score FROM (
    SELECT rowid AS row, {_RANK} AS score FROM texts WHERE texts MATCH ? ORDER BY score DESC, row LIMIT ?
) JOIN works USING (row) ORDER BY score DESC, row
"""
"""Rows are numbered in the order of ids."""
_RUN = re.compile(f"[{CJK}]+")
_SIGNS = re.compile(r"[+#]+(?!\w)")
_SIGN = str.maketrans("+#", "\ue02b\ue023")
_TERM = re.compile(r'"([^"]*)"|([^\s"]+)')
_MAGIC = b"gonogo literature search 1\n"
_LONGEST_QUERY = 2_000
"""Characters; what follows is not looked for."""


class Found(NamedTuple):
    """A work that has all words of a query."""

    id: str
    score: float
    """By BM25, rounded to six digits; the higher, the better."""


class Index:
    """Words of works, to be searched. Made by `build`, or read back by `load`; never changed."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def search(self, query: str, limit: int = 50) -> list[Found]:
        """Works that have all words of the query, the best first and ties by id; at most `limit` of them.

        Words are whole ones, whatever their case and accents. What stands between quotes, or is joined by a hyphen or
        another sign, is looked for next to each other. There are no operators. A query without any word finds nothing.
        """
        expression = _expression(query)
        if not expression or limit <= 0:
            return []
        rows = self._connection.execute(_SEARCH, (expression, limit))
        return [Found(id, float(score)) for id, score in rows]

    def dump(self, stamp: str) -> bytes:
        """The index as the content of a file, to be read back by `load` with the same stamp."""
        body = self._connection.serialize()
        return _head(stamp, body) + body

    def close(self) -> None:
        """Give its memory back."""
        self._connection.close()


def build(works: Iterable[tuple[str, Record]]) -> Index:
    """An index of works, given as pairs of id and record; the order in which they come is of no matter to a search."""
    connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    try:
        connection.executescript(_SCHEMA)
    except sqlite3.OperationalError as error:
        raise Unfit(
            f"the SQLite of this Python cannot search text ({error}); use a Python whose SQLite has FTS5"
        ) from None
    ordered = sorted(works, key=lambda work: work[0])
    marks = ", ".join("?" * (len(WEIGHTS) + 1))
    connection.execute("BEGIN")
    connection.executemany("INSERT INTO works VALUES (?, ?)", enumerate(id for id, _ in ordered))
    connection.executemany(
        f"INSERT INTO texts (rowid, {', '.join(WEIGHTS)}) VALUES ({marks})",
        ((row, *_fields(record)) for row, (_, record) in enumerate(ordered)),
    )
    connection.execute("COMMIT")
    return Index(connection)


def load(data: bytes, stamp: str) -> Index | None:
    """The index that `dump` wrote; None where the stamp is another, or a single bit of it has changed."""
    head = data[: len(_MAGIC) + 128]
    body = memoryview(data)[len(head) :]
    if head != _head(stamp, body):
        return None
    connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    connection.deserialize(body)
    return Index(connection)


def _head(stamp: str, body: bytes | memoryview) -> bytes:
    digests = (hashlib.blake2b(part, digest_size=32).hexdigest() for part in (stamp.encode("utf-8", "replace"), body))
    return _MAGIC + "".join(digests).encode()


def _fields(record: Record) -> tuple[str, ...]:
    authors = " ; ".join(" ".join((name.given, name.family, name.suffix, name.literal)) for name in record.authors)
    texts = (record.title, authors, record.container, record.abstract, " ; ".join(record.keywords))
    return tuple(text if text.isascii() else _RUN.sub(_pairs_and_last, text) for text in map(_spelled, texts))


def _spelled(text: str) -> str:
    """Folded, with the signs of `C++` and `C#` as characters that FTS5 takes for letters (of Unicode's private use)."""
    return _SIGNS.sub(_sign, folded(text))


def _sign(signs: re.Match[str]) -> str:
    before = signs.string[max(signs.start() - 1, 0) : signs.start()]
    return signs[0].translate(_SIGN) if before.isalnum() else signs[0]


def _pairs_and_last(run: re.Match[str]) -> str:
    """A run of CJK as its pairs and its last character: every part of it begins a row of these."""
    return f" {' '.join(_pairs(run[0]))} {run[0][-1]} "


def _pairs(run: str) -> list[str]:
    return [run[at : at + 2] for at in range(len(run) - 1)]


def _expression(query: str) -> str:
    """The query in FTS5's language: each word, and each quoted phrase, as a quoted string; all of them must match."""
    parts: list[str] = []
    for quoted, word in _TERM.findall(query[:_LONGEST_QUERY].replace("“", '"').replace("”", '"')):
        parts += _strings(_spelled(quoted or word).replace('"', " "))
    return " AND ".join(dict.fromkeys(parts))


def _strings(text: str) -> list[str]:
    """What FTS5 looks for where a text without quotes is asked for; runs of CJK apart from the rest."""
    strings = [f'"{rest}"' for rest in _RUN.split(text) if any(_is_token(character) for character in rest)]
    for run in _RUN.findall(text):
        strings.append(f'"{" ".join(_pairs(run))}"' if len(run) > 1 else f'"{run}"*')
    return strings


def _is_token(character: str) -> bool:
    return character.isalnum() or "\ue000" <= character <= "\uf8ff"
