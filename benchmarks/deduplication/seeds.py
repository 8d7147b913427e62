"""The real works that damaged copies are made of: facts of public bibliographies, one a line."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from tasks.literature.record import Date, Name, Record


@cache
def seeds() -> tuple[Record, ...]:
    """Works in a fixed order, no two of them one."""
    lines = (Path(__file__).parent / "seeds.tsv").read_text(encoding="utf-8").splitlines()
    return tuple(_record(*line.split("\t")) for line in lines)


def _record(title: str, authors: str, year: str, container: str, doi: str, arxiv: str, type: str) -> Record:
    return Record(
        title,
        type,
        authors=tuple(_name(each) for each in authors.split("; ")),
        issued=Date(int(year)),
        container=container,
        doi=doi,
        arxiv=arxiv,
    )


def _name(text: str) -> Name:
    family, _, given = text.partition(", ")
    return Name(family, given) if given else Name(literal=family)
