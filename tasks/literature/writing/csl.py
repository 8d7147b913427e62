"""Records as CSL-JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence

from tasks.literature.reading.csl import csl_of
from tasks.literature.record import Record
from tasks.literature.writing.keys import keys_for


def write_csl(records: Sequence[Record], keys: Sequence[str] = ()) -> str:
    """A list of CSL-JSON in UTF-8, one item a line; reading it gives the same records in the same order.

    What CSL has no place for stands under `custom`. `keys` are the ids wished for, as many as records, or none.
    """
    items = [
        json.dumps({"id": key} | csl_of(record), ensure_ascii=False)
        for record, key in zip(records, keys_for(records, keys), strict=True)
    ]
    return "[\n" + ",\n".join(items) + "\n]\n"
