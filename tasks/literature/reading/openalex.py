"""Works of OpenAlex to records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tasks.literature.reading.assembling import assembled
from tasks.literature.reading.csl import text_of, texts_of
from tasks.literature.reading.dates import date_of
from tasks.literature.reading.identifiers import serials_of
from tasks.literature.reading.names import spoken_name
from tasks.literature.reading.types import OPENALEX, csl_type
from tasks.literature.record import Name, Record

_OWN = ("authorships", "abstract_inverted_index", "primary_location", "referenced_works", "cited_by_api_url")


def is_openalex(item: Mapping[str, object]) -> bool:
    """Whether an object is a work as OpenAlex describes it."""
    return any(key in item for key in _OWN) or "openalex.org/" in text_of(item.get("id"))[:40]


def openalex_record(item: Mapping[str, object]) -> Record:
    """The record of a work. Raises Unreadable where there is no title.

    OpenAlex has names as they are spoken; the last word, with particles before it, is taken as the family name.
    Values of other kinds than OpenAlex has are passed over.
    """
    location = _inner(item, "primary_location") or _inner(item, "host_venue")
    source = _inner(location, "source") or location
    biblio, ids = _inner(item, "biblio"), _inner(item, "ids")
    first, last = text_of(biblio.get("first_page")), text_of(biblio.get("last_page"))
    said = text_of(item.get("type"))
    kind = OPENALEX.get(said) or csl_type(said)
    if kind == "article-journal" and text_of(source.get("type")) == "conference":
        kind = "paper-conference"
    address = text_of(location.get("landing_page_url")) or text_of(item.get("doi"))
    return assembled(
        title=text_of(item.get("title")) or text_of(item.get("display_name")),
        type=kind,
        authors=_names(item.get("authorships")),
        issued=date_of(text_of(item.get("publication_date"))) or date_of(text_of(item.get("publication_year"))),
        container=text_of(source.get("display_name")),
        publisher=text_of(source.get("host_organization_name")) or text_of(source.get("publisher")),
        volume=text_of(biblio.get("volume")),
        issue=text_of(biblio.get("issue")),
        pages=f"{first}-{last}" if first and last and first != last else first or last,
        doi=text_of(item.get("doi")) or text_of(ids.get("doi")),
        identifiers=[
            ("openalex", text_of(item.get("id")) or text_of(ids.get("openalex"))),
            *((scheme, text_of(ids.get(scheme))) for scheme in ("pmid", "pmcid", "mag")),
            *serials_of(" ".join(texts_of(source.get("issn")) or texts_of(source.get("issn_l")))),
        ],
        url=address,
        abstract=_abstract(item.get("abstract_inverted_index")) or text_of(item.get("abstract")),
        language=text_of(item.get("language")),
        keywords=[
            text_of(each.get("display_name")) or text_of(each.get("keyword")) for each in _objects(item, "keywords")
        ],
    )


def _inner(item: Mapping[str, object], key: str) -> Mapping[str, object]:
    value = item.get(key)
    return value if isinstance(value, Mapping) else {}


def _objects(item: Mapping[str, object], key: str) -> Iterable[Mapping[str, object]]:
    value = item.get(key)
    return (each for each in (value if isinstance(value, list) else ()) if isinstance(each, Mapping))


def _names(value: object) -> Iterable[Name]:
    for each in value if isinstance(value, list) else ():
        if isinstance(each, Mapping):
            said = text_of(_inner(each, "author").get("display_name")) or text_of(each.get("raw_author_name"))
            if name := spoken_name(said):
                yield name


def _abstract(index: object) -> str:
    """The text that an index of words by their places stands for."""
    if not isinstance(index, Mapping):
        return ""
    placed = [
        (place, word)
        for word, places in index.items()
        for place in (places if isinstance(places, list) else ())
        if isinstance(place, int)
    ]
    return " ".join(word for _, word in sorted(placed, key=lambda pair: pair[0]))
