"""What a record needs to carry so that reading what was written of it gives it back."""

from __future__ import annotations

import json
import re

from tasks.literature.reading.csl import csl_of
from tasks.literature.reading.opening import read_literature
from tasks.literature.reading.outcome import Unreadable
from tasks.literature.record import Record

_STRING = re.compile(r'"(?:[^"\\]|\\.)*+"')


def carried_of(record: Record, written: str) -> str:
    """JSON of what is lost in `written`, the record in some format; empty where nothing is.

    It is one line, its braces pair up, and it holds neither braces nor percent signs within its strings.
    """
    read = read_literature(written.encode())
    if len(read.kept) != 1:
        raise Unreadable("what was written of a record is not one record")
    back = read.kept[0].record
    if back == record:
        return ""
    meant, got = csl_of(record), csl_of(back)
    lost = {key: meant.get(key) for key in sorted(meant.keys() | got.keys()) if meant.get(key) != got.get(key)}
    text = json.dumps(lost, ensure_ascii=False, separators=(",", ":"))
    return _STRING.sub(lambda each: re.sub(r"[{}%]", lambda sign: f"\\u{ord(sign[0]):04x}", each[0]), text)
