"""Records as BibTeX."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tasks.literature.reading.carrying import CARRIED
from tasks.literature.reading.dates import month_name
from tasks.literature.reading.types import TO_BIBTEX
from tasks.literature.record import Name, Record
from tasks.literature.writing.carried import carried_of
from tasks.literature.writing.keys import keys_for
from tasks.literature.writing.latex import latex_code, latex_of

_PUBLISHERS = {"thesis": "school", "report": "institution"}
_WHOLE = frozenset({"article-journal", "article-magazine", "article-newspaper", "review", "article"})


def write_bibtex(records: Sequence[Record], keys: Sequence[str] = ()) -> str:
    """A file of BibTeX in UTF-8; reading it gives the same records in the same order.

    What BibTeX has no place for stands in a field `gonogo`. `keys` are those wished for, as many as records, or none.
    """
    return "\n".join(_entry(record, key) for record, key in zip(records, keys_for(records, keys), strict=True))


def _entry(record: Record, key: str) -> str:
    lines = list(_lines(record))
    head = f"@{TO_BIBTEX.get(record.type, 'misc')}{{{key},\n"
    carried = carried_of(record, f"{head}{''.join(lines)}}}\n")
    if carried:
        lines.append(f"  {CARRIED} = {{{carried}}},\n")
    return f"{head}{''.join(lines)}}}\n"


def _lines(record: Record) -> Iterator[str]:
    def line(field: str, value: str) -> Iterator[str]:
        if value:
            yield f"  {field} = {{{value}}},\n"

    yield from line("title", latex_of(record.title))
    yield from line("author", " and ".join(map(_name, record.authors)))
    yield from line("editor", " and ".join(map(_name, record.editors)))
    if record.issued:
        yield from line("year", f"{record.issued.year:04}")
        if record.issued.month:
            yield f"  month = {month_name(record.issued.month)},\n"
        yield from line("day", str(record.issued.day or ""))
    yield from line("journal" if record.type in _WHOLE else "booktitle", latex_of(record.container))
    yield from line(_PUBLISHERS.get(record.type, "publisher"), latex_of(record.publisher))
    yield from line("volume", latex_of(record.volume))
    yield from line("number", latex_of(record.issue))
    yield from line("pages", latex_of(record.pages).replace("-", "--") if record.pages.count("-") == 1 else
                    latex_of(record.pages))  # fmt: skip
    yield from line("doi", latex_code(record.doi))
    if record.arxiv:
        yield from line("eprint", latex_code(record.arxiv))
        yield from line("archiveprefix", "arXiv")
    for scheme in ("isbn", "issn", "pmid", "pmcid", "openalex"):
        values = [latex_code(each.value) for each in record.identifiers if each.scheme == scheme]
        yield from line(scheme, " ".join(values))
    yield from line("url", latex_code(record.url))
    yield from line("language", latex_of(record.language))
    yield from line("keywords", latex_of(", ".join(record.keywords)))
    yield from line("abstract", latex_of(record.abstract))


def _name(name: Name) -> str:
    if name.literal:
        return f"{{{latex_of(name.literal)}}}"
    parts = [name.family, name.suffix, name.given] if name.suffix else [name.family, name.given]
    return ", ".join(_part(each) for each in parts)


def _part(text: str) -> str:
    latex = latex_of(text)
    return f"{{{latex}}}" if "," in text or "and" in text.lower().split() else latex
