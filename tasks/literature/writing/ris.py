"""Records as RIS."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tasks.literature.reading.carrying import CARRIED
from tasks.literature.reading.types import TO_RIS
from tasks.literature.record import Name, Record
from tasks.literature.writing.carried import carried_of
from tasks.literature.writing.keys import keys_for

_JOURNALS = frozenset({"article-journal", "article-magazine", "article-newspaper"})


def write_ris(records: Sequence[Record], keys: Sequence[str] = ()) -> str:
    """A file of RIS in UTF-8; reading it gives the same records in the same order.

    What RIS has no place for stands behind `gonogo:` in a tag `U5`. `keys` are those wished for, as many as records,
    or none.
    """
    return "\n".join(_block(record, key) for record, key in zip(records, keys_for(records, keys), strict=True))


def _block(record: Record, key: str) -> str:
    lines = [*_lines(record), f"ID  - {key}\n"]
    carried = carried_of(record, f"{''.join(lines)}ER  - \n")
    if carried:
        lines.append(f"U5  - {CARRIED}:{carried}\n")
    return f"{''.join(lines)}ER  - \n"


def _lines(record: Record) -> Iterator[str]:
    def line(tag: str, value: str) -> Iterator[str]:
        if value:
            yield f"{tag}  - {value}\n"

    yield from line("TY", TO_RIS.get(record.type, "GEN"))
    yield from line("TI", record.title)
    for tag, names in (("AU", record.authors), ("ED", record.editors)):
        for name in names:
            yield from line(tag, _name(name))
    if record.issued:
        year, month, day = record.issued.year, record.issued.month, record.issued.day
        yield from line("PY", f"{year:04}")
        if month:
            yield from line("DA", f"{year:04}/{month:02}/{f'{day:02}' if day else ''}/")
    yield from line("JF" if record.type in _JOURNALS else "T2", record.container)
    yield from line("PB", record.publisher)
    yield from line("VL", record.volume)
    yield from line("IS", record.issue)
    first, dash, last = record.pages.partition("-")
    parted = bool(first and dash and last) and "-" not in last
    yield from line("SP", first if parted else record.pages)
    yield from line("EP", last if parted else "")
    yield from line("DO", record.doi)
    yield from line("AN", f"arXiv:{record.arxiv}" if record.arxiv else "")
    for identifier in record.identifiers:
        if identifier.scheme in ("isbn", "issn"):
            yield from line("SN", identifier.value)
    yield from line("UR", record.url)
    yield from line("LA", record.language)
    for word in record.keywords:
        yield from line("KW", word)
    yield from line("AB", record.abstract)


def _name(name: Name) -> str:
    if name.literal:
        return name.literal
    return ", ".join(part for part in (name.family, name.given, name.suffix) if part)
