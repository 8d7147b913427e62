"""A library of 10,000 works with abstracts: read from a file, searched, ranked, and ranked again after an answer."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

from benchmarks.literature_matching import RECORDS, library
from benchmarks.timing import Row, compared, interleaved
from store.review import Concept
from tasks.literature.record import Record

_WORDS = 180
_VOCABULARY = 20_000
_SYLLABLES = [c + v for c in "bcdfghklmnprstvz" for v in "aeiou"]
_LABELS = 60
_CONCEPTS = 3


def rows() -> Iterator[Row]:
    """Seconds of each step beside a plain way of doing it."""
    works = _works()
    yield _imported([record for _, record in works])
    yield from _searched(works)
    yield from _ranked(works)


def _works() -> list[tuple[str, Record]]:
    rng = Random(5)
    words = ["".join(rng.choices(_SYLLABLES, k=rng.randrange(2, 5))) for _ in range(_VOCABULARY)]
    return [
        (entry.id, replace(entry.record, abstract=_abstract(words, rng)))
        for entry in sorted(library(RECORDS), key=lambda entry: entry.id)
    ]


def _abstract(words: list[str], rng: Random) -> str:
    return " ".join(words[int(rng.paretovariate(0.5)) % _VOCABULARY] for _ in range(_WORDS)).capitalize() + "."


def _imported(records: list[Record]) -> Row:
    from tasks.literature.importing import import_file
    from tasks.literature.writing.ris import write_ris

    with tempfile.TemporaryDirectory(prefix="gonogo-benchmark-") as scratch:
        path = Path(scratch) / "records.ris"
        path.write_text(write_ris(records), encoding="utf-8")
        mine, theirs = interleaved(lambda: import_file(path), lambda: _tags(path), 1)
    return compared(f"import of {RECORDS:,} records, RIS", mine, theirs, "lines split into tags", "s")


def _tags(path: Path) -> list[tuple[str, str]]:
    return [(line[:2], line[6:]) for line in path.read_text(encoding="utf-8").splitlines()]


def _searched(works: list[tuple[str, Record]]) -> Iterator[Row]:
    from tasks.literature.searching import build, load

    index = build(works)
    kept = index.dump("stamp")
    words = works[17][1].abstract.split()
    query = f"{words[3]} {words[5]}"

    def scan() -> list[str]:
        wanted = query.casefold().split()
        return [id for id, record in works if all(word in record.abstract.casefold() for word in wanted)]

    mine, theirs = interleaved(lambda: index.search(query), scan, 5)
    yield compared(f"search of {RECORDS:,} works, open index", mine, theirs, "every abstract read", "ms")
    loaded, built = interleaved(lambda: load(kept, "stamp"), lambda: build(works), 1)
    yield compared("index read back from its file", loaded, built, "made anew", "s")


def _ranked(works: list[tuple[str, Record]]) -> Iterator[Row]:
    from tasks.literature.ranking import rank
    from tasks.literature.vectors import Works

    concepts = [Concept(name=str(at), terms=tuple(works[at][1].title.split()[:3])) for at in range(_CONCEPTS)]
    labels = {id: at % 3 == 0 for at, (id, _) in enumerate(works[:: len(works) // _LABELS])}
    mine, theirs = interleaved(lambda: rank(Works(works), concepts, labels), lambda: _sklearn(works, labels), 1)
    yield compared(f"first ranking of {RECORDS:,} works", mine, theirs, "scikit-learn, the same vectors and SVC", "s")
    kept = Works(works)
    rank(kept, concepts, labels)
    more = {**labels, works[1][0]: True}
    again, anew = interleaved(lambda: rank(kept, concepts, more), lambda: rank(Works(works), concepts, more), 1)
    yield compared("ranking again after an answer", again, anew, "from the beginning", "s")


def _sklearn(works: list[tuple[str, Record]], labels: dict[str, bool]) -> list[float]:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.svm import LinearSVC

    matrix = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True).fit_transform(
        f"{record.title} {record.abstract}" for _, record in works
    )
    places = {id: at for at, (id, _) in enumerate(works)}
    known = sorted(labels)
    model = LinearSVC(class_weight="balanced", random_state=0, max_iter=10_000)
    model.fit(matrix[[places[id] for id in known]], [labels[id] for id in known])
    scores: list[float] = model.decision_function(matrix).tolist()
    return scores
