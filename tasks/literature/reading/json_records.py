"""JSON to records: items of CSL-JSON, of Crossref's JSON, or works of OpenAlex, told one by one."""

from __future__ import annotations

from collections.abc import Iterator

from tasks.literature.reading.cleaning import clean
from tasks.literature.reading.csl import record_of, text_of
from tasks.literature.reading.json_items import Item, items_of
from tasks.literature.reading.openalex import is_openalex, openalex_record
from tasks.literature.reading.outcome import Format, Piece, Read


def json_pieces(text: str) -> Iterator[Piece]:
    """Each record of a file, in order."""
    for item in items_of(text):
        yield Piece(item.line, item.raw, lambda item=item: _read(item))  # type: ignore[misc]


def json_format(text: str) -> Format:
    """Whose JSON it is, by the first object in it."""
    first = next((item.value for item in items_of(text) if isinstance(item.value, dict)), None)
    return "openalex" if first is not None and is_openalex(first) else "csl-json"


def _read(item: Item) -> Read:
    found = item.object()
    record = openalex_record(found) if is_openalex(found) else record_of(found)
    return Read(record, clean(text_of(found.get("id"))))
