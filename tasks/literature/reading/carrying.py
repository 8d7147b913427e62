"""What a record carries beside the fields of its format: what that format has no place for, as CSL-JSON."""

from __future__ import annotations

import json

from tasks.literature.reading.csl import csl_of, record_of
from tasks.literature.record import Record

CARRIED = "gonogo"
"""The field of BibTeX, and the word in RIS, behind which it stands."""


def with_carried(record: Record, carried: str) -> Record:
    """A record with what a file carries of it, which counts before the format's own fields.

    `carried` is a JSON object of keys of CSL-JSON, where null means that the record has no such field. Where it is
    broken, the record stays as it is.
    """
    if not carried:
        return record
    try:
        item = json.loads(carried, strict=False)
    except (ValueError, RecursionError):
        return record
    if not isinstance(item, dict):
        return record
    return record_of(csl_of(record) | item | {"title": item.get("title") or record.title})
