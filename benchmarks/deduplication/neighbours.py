"""Other works that are easily taken for a given one: parts, versions, comments, replies, corrections and namesakes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random

from tasks.literature.record import Date, Name, Record

_WORDS = (
    "planar", "stochastic", "bilingual", "adult", "rodent", "thermal", "sparse", "nonlinear", "elderly", "marine",
    "causal", "robust", "quantum", "auditory", "polymer", "federated", "cortical", "discrete", "viscous", "lexical",
)  # fmt: skip
_OTHERS = (
    Name("Okafor", "Chidi"), Name("Lindqvist", "Maja"), Name("Tanaka", "Haruto"), Name("Pereira", "Inês"),
    Name("Kowalczyk", "Zofia"), Name("Haddad", "Omar"), Name("Novak", "Jan"), Name("Iyer", "Meera"),
)  # fmt: skip


def neighbour(work: Record, rng: Random) -> Record:
    """Another work beside the given one, with no identifier yet."""
    made = rng.choice(_KINDS)(work, rng)
    later = Date(work.issued.year + rng.choice((0, 0, 1, 1, 2))) if work.issued else None
    return replace(made, doi="", arxiv="", issued=later)


def _correction(work: Record, rng: Random) -> Record:
    title = work.title
    return replace(work, title=rng.choice((
        f"Erratum: {title}", f"Correction to: {title}", f"{title} [Erratum]", f"Corrigendum to “{title}”",
        f"Retraction: {title}", f"{title} (Addendum)",
    )))  # fmt: skip


def _comment(work: Record, rng: Random) -> Record:
    return replace(work, title=rng.choice(("Comment on “{}”", "Commentary: {}", "A comment on {}")).format(work.title),
                   authors=_others(rng))  # fmt: skip


def _reply(work: Record, rng: Random) -> Record:
    return replace(work, title=rng.choice((
        "Reply to comment on “{}”", "{}: Reply", "{} – Response to the commentators", "{}: A rejoinder",
    )).format(work.title))  # fmt: skip


def _part(work: Record, rng: Random) -> Record:
    return replace(work, title=work.title + rng.choice((
        ". Part II", ", II", " II", ": Part 2", ", part two", ". II. Further results", " (Part 2)", " III",
    )))  # fmt: skip


def _version(work: Record, rng: Random) -> Record:
    head, colon, rest = work.title.partition(":")
    return replace(work, title=head + rng.choice((" 2", "-2", " v2", " 2.0", "-1.5", "v2", " 3")) + colon + rest)


def _denial(work: Record, rng: Random) -> Record:
    words = work.title.split(" ")
    at = next((at + 1 for at, word in enumerate(words) if word.lower() in ("is", "are", "can", "does", "not")), 0)
    if at:
        words.insert(at, "not")
        return replace(work, title=" ".join(words), authors=_others(rng))
    return _version(work, rng)


def _another_word(work: Record, rng: Random) -> Record:
    words = work.title.split(" ")
    long = [at for at, word in enumerate(words) if len(word) > 5 and word.isalpha()]
    if len(words) < 4 or not long:
        return _part(work, rng)
    words[rng.choice(long)] = rng.choice(_WORDS)
    return replace(work, title=" ".join(words))


def _a_word_more(work: Record, rng: Random) -> Record:
    words = work.title.split(" ")
    if len(words) < 4:
        return _part(work, rng)
    words.insert(rng.randrange(1, len(words)), rng.choice(_WORDS))
    return replace(work, title=" ".join(words))


def _by_others(make: Callable[[Record, Random], Record]) -> Callable[[Record, Random], Record]:
    def made(work: Record, rng: Random) -> Record:
        return replace(make(work, rng), authors=_others(rng))

    return made


def _same_people(work: Record, rng: Random) -> Record:
    words = [word for word in work.title.split(" ") if len(word) > 4][:3]
    shape = rng.choice(("On {} and {} systems", "{} methods for {} data", "Towards {} {} models"))
    title = shape.format(*rng.sample(_WORDS, 2))
    return replace(work, title=f"{title} of {' '.join(words)}".capitalize())


def _others(rng: Random) -> tuple[Name, ...]:
    return tuple(rng.sample(_OTHERS, rng.randrange(1, 4)))


_KINDS = (
    _correction, _comment, _reply, _part, _version, _denial, _another_word, _a_word_more,
    _by_others(_another_word), _by_others(_a_word_more), _same_people,
)  # fmt: skip
