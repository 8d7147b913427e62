"""Damaged copies of one work: preprints, versions and published forms, as different sources tell of them."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from benchmarks.deduplication.titles import damaged_title, plain, typo
from tasks.literature.record import Date, Identifier, Name, Record


def copies(work: Record, count: int, rng: Random, foreign: list[str], shared: str, shorten: bool) -> list[Record]:
    """Records of one work; `foreign` are DOIs of its neighbours, `shared` is that of its proceedings, if it has one."""
    number = rng.randrange(10**6)
    arxiv = work.arxiv or (
        f"{work.issued.year % 100:02}{rng.randrange(1, 13):02}.{number % 10**5:05}"
        if work.issued and work.issued.year > 2007 and rng.random() < 0.4
        else ""
    )
    doi = work.doi or (
        f"10.{1000 + number % 9000}/{''.join(c for c in plain(work.title).lower() if c.isalnum())[:4]}.{number}"
        if work.container and rng.random() < 0.7
        else ""
    )
    made = []
    for _ in range(count):
        form = _preprint(work, arxiv, rng) if arxiv and rng.random() < 0.35 else _published(work, doi, arxiv, rng)
        made.append(_damaged(form, rng, foreign, shared, shorten))
    return made


def _preprint(work: Record, arxiv: str, rng: Random) -> Record:
    version = rng.choice(("", "", "v1", "v2", "v3"))
    early = Date(work.issued.year - rng.choice((0, 0, 1))) if work.issued else None
    doi = f"10.48550/arxiv.{arxiv}" if rng.random() < 0.4 else ""
    named = arxiv + version if not doi or rng.random() < 0.5 else ""
    return replace(
        work, type="article", container=rng.choice(("arXiv", "CoRR", "")), arxiv=named, doi=doi, issued=early
    )


def _published(work: Record, doi: str, arxiv: str, rng: Random) -> Record:
    openalex = (Identifier("openalex", f"W{rng.randrange(10**9)}"),) if rng.random() < 0.2 else ()
    return replace(
        work,
        doi=doi if rng.random() < 0.65 else "",
        arxiv=arxiv if rng.random() < 0.15 else "",
        container=_container(work.container, rng),
        identifiers=openalex,
    )


def _container(container: str, rng: Random) -> str:
    kind = rng.random()
    if kind < 0.15:
        return ""
    if kind < 0.35:
        return " ".join(word[:4] + "." if len(word) > 5 else word for word in container.split())
    return container


def _damaged(form: Record, rng: Random, foreign: list[str], shared: str, shorten: bool) -> Record:
    doi, issued = form.doi, form.issued
    kind, of_proceedings = rng.random(), rng.random() < 0.3
    if shared and of_proceedings:
        doi = shared
    elif foreign and kind < 0.015:
        doi = rng.choice(foreign)
    elif doi and kind < 0.025:
        doi = doi[:-1] + str(rng.randrange(10))
    kind = rng.random()
    if issued and kind < 0.08:
        issued = Date(issued.year + rng.choice((-1, 1)))
    elif kind < 0.12:
        issued = None
    return replace(
        form,
        title=damaged_title(form.title, rng, shorten),
        authors=_people(form.authors, rng),
        doi=doi,
        issued=issued,
    )


def _people(names: tuple[Name, ...], rng: Random) -> tuple[Name, ...]:
    people = list(names)
    kind = rng.random()
    if kind < 0.04:
        return ()
    if kind < 0.14:
        people = people[:1]
    elif kind < 0.22 and len(people) > 2:
        people = people[: rng.randrange(2, len(people))]
    elif kind < 0.27 and len(people) > 2:
        del people[rng.randrange(len(people))]
    elif kind < 0.29:
        rng.shuffle(people)
    style = rng.random()
    if style < 0.2:
        people = [replace(each, given=_initials(each.given)) for each in people]
    elif style < 0.23:
        people = [Name(each.given, each.family) if each.given else each for each in people]
    elif style < 0.28:
        people = [Name(literal=f"{each.given} {each.family}".strip() or each.literal) for each in people]
    elif style < 0.31:
        people = [
            Name(literal=f"{each.family} {_initials(each.given).replace('.', '').replace(' ', '')}")
            if each.given
            else each
            for each in people
        ]
    if rng.random() < 0.1:
        people = [Name(plain(each.family), plain(each.given), each.suffix, plain(each.literal)) for each in people]
    if rng.random() < 0.03:
        at = rng.randrange(len(people))
        people[at] = replace(people[at], family=typo(people[at].family, rng))
    return tuple(people)


def _initials(given: str) -> str:
    return " ".join(f"{part[0]}." for part in given.replace("-", " ").split())
