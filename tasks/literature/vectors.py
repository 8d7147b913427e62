"""Texts of works and their TF-IDF vectors, made once for a set of works and kept while it is ranked again and again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import cached_property
from typing import Any

from tasks.literature.record import Record
from tasks.literature.tfidf import tfidf
from tasks.literature.words import joined


class Works:
    """A set of works, ready to be ranked: the same whatever the order they come in, and never changed."""

    def __init__(self, works: Iterable[tuple[str, Record]]) -> None:
        """From pairs of id and record; ids differ."""
        ordered = sorted(works, key=lambda work: work[0])
        self.ids: tuple[str, ...] = tuple(id for id, _ in ordered)
        self.rows: dict[str, int] = {id: row for row, id in enumerate(self.ids)}
        if len(self.rows) != len(self.ids):
            raise ValueError("two works have one id")
        self._records = tuple((record.title, record.abstract, record.keywords) for _, record in ordered)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of ids and texts: two sets with one digest are ranked alike."""
        digest = hashlib.sha256()
        for id, (title, abstract, keywords) in zip(self.ids, self._records, strict=True):
            for part in (id, title, abstract, *keywords):
                data = part.encode("utf-8", "surrogatepass")
                digest.update(b"%d:" % len(data) + data)
            digest.update(b"\n")
        return digest.hexdigest()

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """Words of each work, as `words.occurs` reads them."""
        return tuple(joined([title, abstract, *keywords]) for title, abstract, keywords in self._records)

    @cached_property
    def matrix(self) -> Any:
        """TF-IDF of these works (`tasks.literature.tfidf`): sparse, works × terms."""
        return tfidf(self.texts)
