"""What matching looks at, worked out once a record; its abstract, keywords and address are not looked at."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from sys import intern

from tasks.literature.matching.folding import folded, shown
from tasks.literature.matching.marks import marks_of
from tasks.literature.matching.people import Person, people_of
from tasks.literature.record import Record

_WORD = re.compile(r"[0-9]+(?:[.,][0-9]+)+|[^\W_]+")
_HEAD_END = re.compile(r"\s*(?::|[?!.](?=\s)|\s[(\[]|\s[–—-]+\s|—)\s*")
_CONTAINER = 80
_MOST_ENDS = 4
_DOTS = re.compile(r"(?:\.\.\.|…)\W*$")
_THOUSANDS = re.compile(r"(?<=[0-9]), ?(?=[0-9]{3}(?![0-9]))")
_ARXIV_DOI = re.compile(r"10\.48550/arxiv\.(.+)")
_VERSION = re.compile(r"v[0-9]{1,3}$")
_PREFIXED = re.compile(r"^\s*(?:\[[0-9]{4}\.[0-9]{4,5}(?:v[0-9]+)?\]|\(?PDF\)?\s+(?=\w))\s*", re.I)
_ARXIV_IN_TITLE = re.compile(r"\(?\[?\barXiv:\s?[0-9]{4}\.[0-9]{4,5}(?:v[0-9]+)?\]?\)?", re.I)
_TOLD_OF_IT = re.compile(
    r"\s*(?:[\[(](?:(?:published )?(?:erratum|correction|retraction) (?:appears )?in|see comments?|comments? in)\b.*"
    r"|\[[0-9]{1,2}\]\.?\s*$)",
    re.I | re.S,
)
"""What databases write behind a title: where its erratum stands, and how many references a letter has."""
_TRANSLATED = re.compile(r"\s*\[.*\][.\s]*$", re.S)
_DOI_PARTS = re.compile(r"(?<=.)(?:/v[0-9]{1,2}|\.v[0-9]{1,2})$")
PREPRINTS = ("10.1101/", "10.2139/ssrn", "10.21203/rs", "10.20944/preprints", "10.31234/", "10.31219/", "10.31222/",
             "10.26434/chemrxiv", "10.36227/techrxiv", "10.5281/zenodo", "10.13140/", "10.22541/au", "10.6084/m9",
             "10.31235/", "10.48550/")  # fmt: skip
"""How DOIs of preprint servers and repositories begin; the published form has another, so that they veto nothing."""
_FIRST_PAGE = re.compile(r"\s*(e?[0-9]+)(?![0-9]*[a-z])", re.I)
_VOLUME = re.compile(r"[^0-9]*0*([0-9]+)")
_DISCUSSION = re.compile(r"10\.5194/[a-z]+(?:d-|-(?:20[0-9]{2}-[0-9]+$|egusphere))")
"""Papers that Copernicus opens to discussion, before they are published under another DOI."""
_KINDS = ("pmid", "pmcid", "openalex", "mag")


@dataclass(frozen=True, slots=True, order=True)
class Features:
    """What of a record tells its work."""

    letters: str
    """Of the folded title, without spaces and signs."""
    words: tuple[str, ...]
    cut: bool
    """Whether the title ends in dots, as tools leave it where they cut it."""
    ends: tuple[int, ...]
    """How many words stand before each colon, question mark, dash or point at which a subtitle may begin."""
    marks: tuple[str, ...]
    people: tuple[Person, ...]
    year: int
    """0 where it is not known."""
    doi: str
    """Empty if it is the preprint's."""
    disputed: bool
    """Whether records of other works have the same DOI."""
    arxiv: str
    """Without its version."""
    ids: tuple[str, ...]
    """Other identifiers of the record, and the DOI of its preprint."""
    container: str
    volume: str
    """Its number; empty where there is none."""
    page: str
    """The first; empty also if it is one of a supplement, as `S90`, which several abstracts share."""
    thesis: bool
    translated: bool
    """Whether the title stands in brackets, as databases write a translated one."""


def features_of(record: Record) -> Features:
    """The features of one record."""
    title = _PREFIXED.sub("", shown(record.title)) or record.title
    title = _ARXIV_IN_TITLE.sub("", title) or title
    title = _TOLD_OF_IT.sub("", title) or title
    text = folded(title)
    if "," in text:
        text = _THOUSANDS.sub("", text)
    words = tuple(intern(word) for word in _WORD.findall(text)) or (text,)
    ends = {len(_WORD.findall(text[: each.start()])) for each in islice(_HEAD_END.finditer(text), _MOST_ENDS)}
    doi, arxiv = record.doi, _VERSION.sub("", record.arxiv)
    if found := _ARXIV_DOI.fullmatch(doi):
        doi, arxiv = "", arxiv or _VERSION.sub("", found[1])
    ids = [f"{each.scheme} {each.value}" for each in record.identifiers if each.scheme in _KINDS]
    if doi.startswith(PREPRINTS) or _DISCUSSION.match(doi):
        ids.append(f"doi {_DOI_PARTS.sub('', doi)}")
        doi = ""
    return Features(
        letters="".join(words).replace(".", "") or title,
        words=words,
        cut=bool(_DOTS.search(title)),
        ends=tuple(sorted(each for each in ends if 0 < each < len(words))),
        marks=marks_of(words),
        people=people_of(record.authors),
        year=record.issued.year if record.issued else 0,
        doi=doi,
        disputed=False,
        arxiv=arxiv,
        ids=tuple(ids),
        container=intern(record.container[:_CONTAINER]),
        volume=_number(_VOLUME, record.volume),
        page=_number(_FIRST_PAGE, record.pages),
        thesis=record.type == "thesis",
        translated=bool(_TRANSLATED.match(title)),
    )


def _number(shape: re.Pattern[str], text: str) -> str:
    found = shape.match(text[:_CONTAINER])
    return intern(found[1].lower()) if found else ""
