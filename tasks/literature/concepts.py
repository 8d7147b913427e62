"""What a study looks for in the literature: its concepts, each with the terms that tell of it."""

from __future__ import annotations

from collections.abc import Iterable

from store.review import Concept
from tasks.literature.words import phrase


def phrases(concept: Concept) -> tuple[str, ...]:
    """The terms as `words.occurs` looks for them, none twice; a term without any word is left out."""
    return tuple(dict.fromkeys(found for term in concept.terms if (found := phrase(term))))


def all_phrases(concepts: Iterable[Concept]) -> list[str]:
    """Phrases of all concepts, sorted, none twice."""
    return sorted({each for concept in concepts for each in phrases(concept)})
