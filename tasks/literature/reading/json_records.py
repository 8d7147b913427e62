"""JSON to records: items of CSL-JSON, of Crossref's JSON, or works of OpenAlex, told one by one."""

from __future__ import annotations

from collections.abc import Iterator

from tasks.literature.reading.cleaning import clean
from tasks.literature.reading.csl import record_of, text_of
from tasks.literature.reading.json_items import Item, items_of
from tasks.literature.reading.openalex import is_openalex, openalex_record
from tasks.literature.reading.outcome import Format, Piece, Read, Unreadable

_OF_OTHERS = ("authors", "creators", "itemType")
"""Keys under which services and reference managers of other JSON write what CSL has under `author` and `type`."""


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
    if isinstance(answer := found.get("message"), dict) and "title" not in found:
        found = answer  # one work as Crossref answers for its DOI
    if is_openalex(found):
        record = openalex_record(found)
    elif (other := next((key for key in _OF_OTHERS if key in found), "")) and not {"author", "editor"} & found.keys():
        raise Unreadable(f"it is JSON of another kind, with {other!r}; export it as CSL-JSON, RIS or BibTeX")
    else:
        record = record_of(found)
    return Read(record, clean(text_of(found.get("id"))))
