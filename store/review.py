"""The part of a protocol that says how literature is searched, screened and stopped: `[literature]` in study.toml."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from store.base import Frozen, Slug
from store.lines import Line, UnitInterval

Source = Literal["openalex", "arxiv", "semantic-scholar", "crossref"]
"""A service that is asked for records."""


class Query(Frozen):
    """What services are asked for."""

    text: Line
    sources: tuple[Source, ...] = Field(min_length=1)


class Concept(Frozen):
    """Something that works may be about, by the words that speak of it."""

    name: Line
    terms: tuple[Line, ...] = Field(min_length=1)


class ScreeningRules(Frozen):
    """What a work must be, as far as that can be told without reading it. What is not known of it excludes nothing."""

    first_year: int | None = Field(default=None, ge=1, le=9999)
    last_year: int | None = Field(default=None, ge=1, le=9999)
    venues: tuple[Line, ...] = ()
    """Words of the venues that are wanted; empty: any."""
    no_venues: tuple[Line, ...] = ()
    types: tuple[Line, ...] = ()
    """Types of CSL, such as `article-journal`, `paper-conference` or, for preprints, `article`; empty: any."""
    languages: tuple[Line, ...] = ()
    """Codes of two letters, such as `en`; empty: any."""
    terms: tuple[Line, ...] = ()
    """Terms of which one must occur in title, abstract or keywords; empty: none has to."""
    no_terms: tuple[Line, ...] = ()
    """Terms of which none may occur there."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.first_year and self.last_year and self.first_year > self.last_year:
            raise ValueError(f"first_year {self.first_year} comes after last_year {self.last_year}; no work is between")
        return self


class ReviewProtocol(Frozen):
    """How the literature of a study is tracked."""

    files: tuple[Line, ...] = ()
    """Files of records in BibTeX, RIS, CSL-JSON or OpenAlex JSON; relative ones start at the workspace."""
    queries: tuple[Query, ...] = ()
    concepts: tuple[Concept, ...] = ()
    rules: ScreeningRules = ScreeningRules()
    criteria: dict[Slug, Line] = Field(default_factory=dict)
    """Reasons for which people exclude works: a key, and what it means."""
    screeners: Literal[1, 2] = 1
    """How many people decide on each work, each by themselves."""
    recall: UnitInterval = 0.95
    """Share of all relevant works that is to be found before screening may stop."""
    confidence: UnitInterval = 0.95
    """Of the test by which screening may stop."""
    requests: int = Field(default=50, ge=1, le=10_000)
    """At most, of one query to one service in one cycle."""
    watch: bool = False
    """Whether the sources of the queries are asked again in every cycle after the first."""

    @field_validator("concepts")
    @classmethod
    def _named_once(cls, concepts: tuple[Concept, ...]) -> tuple[Concept, ...]:
        names = [concept.name.casefold() for concept in concepts]
        if len(set(names)) < len(names):
            raise ValueError("a concept is named twice; give each a name of its own")
        return concepts

    @field_validator("files")
    @classmethod
    def _listed_once(cls, files: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(files)) < len(files):
            raise ValueError("a file is listed twice")
        return files

    @model_validator(mode="after")
    def _watchable(self) -> Self:
        if self.watch and not self.queries:
            raise ValueError("watch asks the sources of the queries, and there are none; give [[literature.queries]]")
        return self
