"""Ranks works for screening: by BM25 over a study's concepts at first, by a classifier once there are answers.

Deterministic: works are taken in the order of their ids, the solver's seed is fixed, scores are rounded before they are
compared, and ties go by id.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from store.review import Concept
from tasks.literature.bm25 import bm25
from tasks.literature.concepts import all_phrases
from tasks.literature.vectors import Works

Method = Literal["bm25", "svc"]

DIGITS = 6
"""To which scores are rounded: far above what libraries of other machines differ by."""
STRENGTH = 1.0
"""Of the classifier: `C` of the support vector machine."""


class Ranked(NamedTuple):
    """A work in its place."""

    id: str
    score: float
    """Of BM25, from 0; or the distance from the classifier's border, positive on the side of inclusion."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """Works in the order in which they are to be read."""

    method: Method
    order: tuple[Ranked, ...]


def rank(
    works: Works,
    concepts: Sequence[Concept],
    labels: Mapping[str, bool],
    among: Collection[str] | None = None,
) -> Ranking:
    """Rank the works `among`, by default those that have no label; `labels` are true for included, by id.

    With works of both labels: TF-IDF of words and pairs of them, and a linear support vector machine with balanced
    classes (Cohen et al. 2006 rank so; van de Schoot et al. 2021 compare it with others). With fewer labels, BM25
    (Robertson and Zaragoza 2009) over the words and phrases of the concepts. Labels of works that are not here are of
    no matter.
    """
    known = {id: label for id, label in labels.items() if id in works.rows}
    wanted = set(works.ids) - set(known) if among is None else set(among) & set(works.ids)
    method: Method = "svc" if len(set(known.values())) == 2 else "bm25"
    scores = _svc(works, known) if method == "svc" else bm25(works.texts, all_phrases(concepts))
    found = [
        Ranked(id, round(score, DIGITS) + 0.0) for id, score in zip(works.ids, scores, strict=True) if id in wanted
    ]
    return Ranking(method, tuple(sorted(found, key=lambda ranked: (-ranked.score, ranked.id))))


def _svc(works: Works, labels: Mapping[str, bool]) -> list[float]:
    """Distance of each work from the border between those included and those excluded."""
    import numpy as np
    from sklearn.svm import LinearSVC

    matrix = works.matrix
    ids = sorted(labels)
    rows = np.array([works.rows[id] for id in ids])
    model = LinearSVC(C=STRENGTH, class_weight="balanced", dual=True, random_state=0, max_iter=10_000)
    model.fit(matrix[rows], np.array([labels[id] for id in ids]))
    scores: list[float] = (matrix @ model.coef_[0] + model.intercept_[0]).tolist()
    return scores
