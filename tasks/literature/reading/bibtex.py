"""BibTeX to records."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from tasks.literature.reading.assembling import assembled
from tasks.literature.reading.bibtex_entries import NO_ENTRIES, Entry, entries_of
from tasks.literature.reading.bibtex_fields import MONTHS, Fields, fields_of, macro_of
from tasks.literature.reading.carrying import CARRIED, with_carried
from tasks.literature.reading.cleaning import clean
from tasks.literature.reading.csl import keywords_of
from tasks.literature.reading.dates import date_from, date_of, month_of
from tasks.literature.reading.identifiers import serials_of
from tasks.literature.reading.latex import unicode_of
from tasks.literature.reading.names import bibtex_names
from tasks.literature.reading.outcome import Piece, Read, Unreadable, shown
from tasks.literature.reading.types import BIBTEX
from tasks.literature.record import Date, Record

_URL = re.compile(r"\\(?:url|href)\s*\{([^{}]*)\}")
_ESCAPE = re.compile(r"\\([\\{}$&%#_~^])")
_THESES = re.compile(r"thesis|dissertation", re.I)


def bibtex_pieces(text: str) -> Iterator[Piece]:
    """Each entry of a file that is a record; `@string`s count from where they stand on."""
    macros: dict[str, str] = dict(MONTHS)
    for entry in entries_of(text):
        if entry.kind == "string":
            if defined := macro_of(entry, macros):
                macros[defined[0]] = defined[1]
        elif entry.kind not in NO_ENTRIES:
            yield Piece(entry.line, entry.raw, lambda entry=entry: _read(entry, macros))  # type: ignore[misc]


def _read(entry: Entry, macros: Mapping[str, str]) -> Read:
    fields = fields_of(entry, macros)
    if not fields.get("title") and entry.kind != "proceedings":
        raise Unreadable("it has no title")
    if "title" in fields.undefined:
        raise Unreadable(f"its title is {shown(fields.undefined['title'])}, which no @string defines")
    return Read(with_carried(_record(entry.kind, fields), fields.get(CARRIED)), clean(fields.key), tuple(fields.notes))


def _record(kind: str, fields: Fields) -> Record:
    def said(*names: str) -> str:
        return unicode_of(fields.get(*names))

    title, sub = said("title"), said("subtitle")
    eprint = fields.get("eprint", "arxivid", "arxiv")
    number = said("number", "issue")
    return assembled(
        title=f"{title}: {sub}" if title and sub else title or (said("booktitle") if kind == "proceedings" else ""),
        type=_type(kind, fields),
        authors=bibtex_names(_listed(fields, "author"), unicode_of),
        editors=bibtex_names(_listed(fields, "editor"), unicode_of),
        issued=_issued(fields),
        container=said("journal", "journaltitle", "booktitle", "maintitle", "series"),
        publisher=said("publisher", "school", "institution", "organization"),
        volume=said("volume"),
        issue=number,
        pages=said("pages", "eid"),
        doi=_verbatim(fields.get("doi")),
        arxiv=_verbatim(eprint) if _is_arxiv(fields) else "",
        identifiers=[
            *serials_of(f"{fields.get('isbn')} {fields.get('issn')}"),
            *((scheme, _verbatim(fields.get(scheme))) for scheme in ("pmid", "pmcid", "openalex")),
        ],
        url=_verbatim(fields.get("url", "howpublished", "link")),
        abstract=said("abstract"),
        language=said("language", "langid"),
        keywords=[
            word
            for name in ("keywords", "keyword")
            for each in fields.values.get(name, ())
            for word in keywords_of(unicode_of(each))
        ],
    )


def _type(kind: str, fields: Fields) -> str:
    if kind == "misc":
        return "article" if _is_arxiv(fields) and fields.get("eprint") else "document"
    return BIBTEX.get(kind, "thesis" if _THESES.search(kind) else "document")


def _is_arxiv(fields: Fields) -> bool:
    prefix = fields.get("archiveprefix", "eprinttype").strip().lower()
    return prefix == "arxiv" or not prefix


def _listed(fields: Fields, name: str) -> str:
    return " and ".join(value for value in fields.values.get(name, ()) if value.strip())


def _issued(fields: Fields) -> Date | None:
    """From `date`, or from `year` with `month` and `day`."""
    date = date_of(unicode_of(fields.get("date"))) or date_of(unicode_of(fields.get("year")))
    if date is None or date.month:
        return date
    month = unicode_of(fields.get("month"))
    digits = re.findall(
        r"(?<![0-9])[0-9]{1,2}(?![0-9])", f"{fields.get('day')} {month if month_of(month[-3:]) else ''}"
    )
    number = month_of(month) or month_of(month[-3:])
    return date_from(date.year, number, int(digits[0]) if digits else 0)


def _verbatim(text: str) -> str:
    """An address or identifier, of which LaTeX's escapes alone are undone."""
    wrapped = _URL.search(text) if "\\" in text else None
    text = wrapped[1] if wrapped else text
    text = text.replace("\\textbackslash{}", "\\").replace("\\textasciitilde{}", "~").replace("{\\_}", "_")
    return _ESCAPE.sub(r"\1", text).strip().strip("{}")
