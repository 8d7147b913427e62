"""The services by name, with the keys that the environment holds for them."""

from __future__ import annotations

import os
from collections.abc import Mapping

from store.errors import BadInput
from store.review import Source
from tasks.literature.sources.arxiv import Arxiv
from tasks.literature.sources.crossref import Crossref
from tasks.literature.sources.openalex import OpenAlex
from tasks.literature.sources.semantic_scholar import SemanticScholar
from tasks.literature.sources.service import Service

OPENALEX_KEY = "GONOGO_OPENALEX_KEY"
SEMANTIC_SCHOLAR_KEY = "GONOGO_SEMANTIC_SCHOLAR_KEY"
MAIL = "GONOGO_MAILTO"
_LONGEST = 500


def service_named(name: Source, environment: Mapping[str, str] = os.environ) -> Service:
    """A service as it is asked from here. BadInput, without the key, where a variable holds what no key can be."""
    match name:
        case "openalex":
            return OpenAlex(key=_secret(environment, OPENALEX_KEY))
        case "semantic-scholar":
            return SemanticScholar(key=_secret(environment, SEMANTIC_SCHOLAR_KEY))
        case "crossref":
            return Crossref(mail=_secret(environment, MAIL))
        case "arxiv":
            return Arxiv()


def _secret(environment: Mapping[str, str], variable: str) -> str:
    value = environment.get(variable, "").strip()
    if len(value) > _LONGEST or not all("!" <= each <= "~" and each not in '"\\' for each in value):
        raise BadInput(f"{variable} holds something else than it should; set it to one word of plain characters")
    return value
