"""Records as items of CSL-JSON, and items as records, whoever wrote them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from tasks.literature.reading.assembling import assembled
from tasks.literature.reading.cleaning import clean
from tasks.literature.reading.dates import date_from, date_of
from tasks.literature.reading.identifiers import arxiv_of, identifiers_of, serials_of
from tasks.literature.reading.names import comma_name
from tasks.literature.reading.types import csl_type
from tasks.literature.record import Date, Name, Record

_PLAIN = {
    "container-title": "container", "publisher": "publisher", "volume": "volume", "issue": "issue", "page": "pages",
    "DOI": "doi", "URL": "url", "abstract": "abstract", "language": "language",
}  # fmt: skip
_TITLES = ("title", "title-short", "shortTitle", "short-title")
_NOTED = re.compile(r"(?:^|\s)(arXiv|PMID|PMCID):\s*(\S+)", re.I)
_LONGEST_NOTE = 2000


def csl_of(record: Record) -> dict[str, Any]:
    """The item of a record, without an id; what CSL has no place for is under `custom`."""
    item: dict[str, Any] = {"type": record.type, "title": record.title}
    for role, names in (("author", record.authors), ("editor", record.editors)):
        if names:
            item[role] = [_csl_name(name) for name in names]
    if record.issued:
        parts = (record.issued.year, record.issued.month, record.issued.day)
        item["issued"] = {"date-parts": [[part for part in parts if part]]}
    item |= {key: value for key, name in _PLAIN.items() if (value := getattr(record, name))}
    if record.arxiv:
        item |= {"archive": "arXiv", "archive_location": record.arxiv}
    item |= _csl_identifiers(record)
    custom: dict[str, Any] = {}
    if left := [list(each) for each in record.identifiers if each not in identifiers_of(_identifiers(item))]:
        custom["identifiers"] = left
    if record.keywords:
        item["keyword"] = ", ".join(record.keywords)
        if keywords_of(item["keyword"]) != list(record.keywords):
            custom["keywords"] = list(record.keywords)
    return item | ({"custom": custom} if custom else {})


def _csl_name(name: Name) -> dict[str, str]:
    parts = {"family": name.family, "given": name.given, "suffix": name.suffix, "literal": name.literal}
    return {key: value for key, value in parts.items() if value}


def _csl_identifiers(record: Record) -> dict[str, str]:
    found: dict[str, str] = {}
    for scheme, value in record.identifiers:
        if scheme in ("isbn", "issn"):
            found[scheme.upper()] = f"{found[scheme.upper()]} {value}" if scheme.upper() in found else value
        elif scheme in ("pmid", "pmcid"):
            found.setdefault(scheme.upper(), value)
    return found


def record_of(item: Mapping[str, Any]) -> Record:
    """The record of an item of CSL-JSON, or of Crossref's JSON, where titles are lists.

    Values of other kinds than CSL allows are passed over. Raises Unreadable where there is no title.
    """
    custom = item.get("custom")
    custom = custom if isinstance(custom, Mapping) else {}
    noted = {key.lower(): value for key, value in _NOTED.findall(text_of(item.get("note"))[:_LONGEST_NOTE])}
    archive = text_of(item.get("archive_location")) if text_of(item.get("archive")).lower() == "arxiv" else ""
    listed = custom.get("keywords")
    number = text_of(item.get("number"))
    return assembled(
        title=next((text for key in _TITLES if (text := text_of(item.get(key))).strip()), ""),
        type=csl_type(text_of(item.get("type"))),
        authors=_names(item.get("author")),
        editors=_names(item.get("editor")),
        issued=_first_date(item, ("issued", "published", "published-print", "published-online")),
        arxiv=archive or arxiv_of(noted.get("arxiv", "")) or (number if "arxiv" in number[:20].lower() else ""),
        identifiers=[*_identifiers(item), *((k, v) for k, v in noted.items() if k != "arxiv"), *_pairs(custom)],
        keywords=texts_of(listed)
        if isinstance(listed, list)
        else keywords_of(item.get("keyword") or item.get("categories")),
        **{name: text_of(item.get(key)) for key, name in _PLAIN.items()},
    )


def text_of(value: object) -> str:
    """A value as text: a string or number as it is, of a list its first such one, and nothing of anything else."""
    if isinstance(value, list):
        value = next((each for each in value if isinstance(each, str | int | float)), "")
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    return str(value) if abs(value) < 1e15 else ""


def texts_of(value: object) -> list[str]:
    """All the texts in a list, or the one that a value is."""
    return [text for each in (value if isinstance(value, list) else [value]) if (text := text_of(each))]


def keywords_of(value: object) -> list[str]:
    """Keywords of a list, or of a text that divides them by semicolons or else by commas."""
    if isinstance(value, list):
        return [clean(each) for each in texts_of(value)]
    text = text_of(value)
    return [word for each in text.split(";" if ";" in text else ",") if (word := clean(each))]


def _identifiers(item: Mapping[str, Any]) -> list[tuple[str, str]]:
    serials = [pair for key in ("ISBN", "ISSN") for text in texts_of(item.get(key)) for pair in serials_of(text)]
    return serials + [(key.lower(), text_of(item.get(key))) for key in ("PMID", "PMCID")]


def _pairs(custom: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    listed = custom.get("identifiers")
    for each in listed if isinstance(listed, list) else ():
        if isinstance(each, list) and len(each) == 2:
            yield text_of(each[0]), text_of(each[1])


def _names(value: object) -> Iterable[Name]:
    for each in value if isinstance(value, list) else [value]:
        if isinstance(each, str):
            if name := comma_name(each):
                yield name
        elif isinstance(each, Mapping):
            words = (text_of(each.get(key)).strip() for key in ("dropping-particle", "non-dropping-particle", "family"))
            yield Name(
                " ".join(word for word in words if word),
                text_of(each.get("given")),
                text_of(each.get("suffix")),
                text_of(each.get("literal")) or text_of(each.get("name")),
            )


def _first_date(item: Mapping[str, Any], keys: Iterable[str]) -> Date | None:
    return next((date for key in keys if (date := _date(item.get(key)))), None)


def _date(value: object) -> Date | None:
    if not isinstance(value, Mapping):
        return date_of(text_of(value))
    parts = value.get("date-parts")
    first = parts[0] if isinstance(parts, list) and parts else None
    numbers = [text_of(each) for each in (first if isinstance(first, list) else parts or [])[:3]] if parts else []
    whole = [int(each) if each.isascii() and each.isdigit() and len(each) < 5 else 0 for each in numbers]
    if whole and (date := date_from(*whole)):
        return date
    return date_of(text_of(value.get("raw")) or text_of(value.get("literal")))
