"""Asks Semantic Scholar for papers, in bulk.

Endpoint `/paper/search/bulk`, its query syntax, fields, tokens and dates: https://api.semanticscholar.org/api-docs/graph
(1,000 papers a page; `total` is an estimate). The key goes into the header `x-api-key`. Without one all the world
shares one budget, and refusals come without Retry-After (allenai/s2-folks#213).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from store.review import Source
from tasks.literature.reading.csl import text_of, texts_of
from tasks.literature.sources.naming import csl_name
from tasks.literature.sources.service import (
    AGENT,
    Answer,
    Page,
    Request,
    Trouble,
    Window,
    common_trouble,
    inner,
    items_of,
    object_of,
    whole,
)
from tasks.literature.sources.terms import alternatives, quoted

_FIELDS = "title,abstract,year,publicationDate,authors,externalIds,venue,journal,publicationTypes,url"
_TYPES = {
    "JournalArticle": "article-journal", "Review": "article-journal", "Editorial": "article-journal",
    "LettersAndComments": "article-journal", "MetaAnalysis": "article-journal", "CaseReport": "article-journal",
    "ClinicalTrial": "article-journal", "Conference": "paper-conference", "BookSection": "chapter", "Book": "book",
    "Dataset": "dataset", "News": "article-newspaper",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class SemanticScholar:
    """The service at api.semanticscholar.org, which knows papers by their date of publication alone."""

    key: str = field(default="", repr=False)
    base: str = "https://api.semanticscholar.org/graph/v1"
    pace: float = 1.1
    overlap: int = 30

    name: ClassVar[Source] = "semantic-scholar"
    counts: ClassVar[bool] = False

    def request(self, query: str, window: Window, cursor: str) -> Request:
        """A page of the papers whose title or abstract has the terms. What the syntax would take is quoted."""
        groups = [" + ".join(quoted(term) for term in group) for group in alternatives(query)]
        params = [
            ("query", groups[0] if len(groups) == 1 else " | ".join(f"({group})" for group in groups)),
            ("publicationDateOrYear", f"{window.since}:{window.until}"),
            ("fields", _FIELDS),
            ("sort", "paperId:asc"),
        ]
        if cursor:
            params.append(("token", cursor))
        return Request(
            f"{self.base}/paper/search/bulk",
            tuple(params),
            (("User-Agent", AGENT), ("Accept", "application/json")),
            (("x-api-key", self.key),) if self.key else (),
        )

    def trouble(self, answer: Answer) -> Trouble | None:
        """As everywhere."""
        return common_trouble(answer)

    def page(self, answer: Answer, query: str, cursor: str) -> Page:  # noqa: ARG002
        """Papers as items of CSL-JSON. A page without any is the last, and so is one without a token."""
        found = object_of(answer)
        papers = items_of(found, "data")
        token = found.get("token")
        following = token if isinstance(token, str) and token and papers else None
        items = tuple((text_of(paper.get("paperId")), _item(paper)) for paper in papers)
        return Page(items, following, whole(found.get("total")))


def _item(paper: Mapping[str, object]) -> Mapping[str, object]:
    ids, journal = inner(paper, "externalIds"), inner(paper, "journal")
    venue = text_of(journal.get("name")) or text_of(paper.get("venue"))
    types = [_TYPES[each] for each in texts_of(paper.get("publicationTypes")) if each in _TYPES]
    arxiv = text_of(ids.get("ArXiv"))
    preprint = bool(arxiv) and venue.casefold().startswith("arxiv")
    issued = text_of(paper.get("publicationDate")) or text_of(paper.get("year"))
    told = {
        "id": text_of(paper.get("paperId")),
        "type": "article" if preprint else types[-1] if types else "document",
        "title": text_of(paper.get("title")),
        "author": [name for each in _authors(paper) if (name := csl_name(each))],
        "issued": {"raw": issued} if issued else {},
        "container-title": "" if preprint else venue,
        "volume": "" if preprint else text_of(journal.get("volume")).strip(),
        "page": text_of(journal.get("pages")).strip(),
        "DOI": text_of(ids.get("DOI")),
        "PMID": text_of(ids.get("PubMed")),
        "PMCID": text_of(ids.get("PubMedCentral")),
        "archive": "arXiv" if arxiv else "",
        "archive_location": arxiv,
        "abstract": text_of(paper.get("abstract")),
        "URL": text_of(paper.get("url")),
    }
    return {key: value for key, value in told.items() if value}


def _authors(paper: Mapping[str, object]) -> list[str]:
    listed = paper.get("authors")
    return [text_of(each.get("name")) for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
