"""What a paper may cite, by which keys, and how BibTeX prints it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.artifacts import ArtifactStore
from orchestrator.library.shelf import Shelf
from orchestrator.paper.bibliography import entry, keys_of
from orchestrator.paper.references import References, references_of
from store.board import Board, evolve
from store.commands import Command, ImportRecords, MatchRecords, ScreenWorks
from store.events import RecordsImported
from store.gate import decide
from store.literature.events import Merged, Screening, Stage
from store.record import Recorded
from store.review import Concept, ReviewProtocol
from tasks.drafting.building.latex import build_latex
from tasks.literature.importing import import_bytes
from tasks.literature.record import Date, Name, Record
from tests.unit.orchestrator.paper.inert import assert_inert
from tests.unit.orchestrator.paper.test_escaped_pages import FRAME
from tests.unit.orchestrator.paper.test_escaping import ATTACKS, TEXTS
from tests.unit.store.literature.libraries import CRITERIA, begun
from tests.unit.tasks.drafting.papers import needs_latex

REVIEW = ReviewProtocol(
    criteria=CRITERIA,
    concepts=(Concept(name="collapse", terms=("collapse",)), Concept(name="sinks", terms=("attention sink",))),
)
DAWN = datetime(2026, 1, 1, tzinfo=UTC)


class Desk:
    """A library to which files come in, one day after the other."""

    def __init__(self, root: Path, review: ReviewProtocol = REVIEW) -> None:
        self.shelf = Shelf(ArtifactStore(root))
        self.artifacts = ArtifactStore(root)
        self.root = root
        self.board: Board = begun(review)
        self.day = 0

    def do(self, *commands: Command) -> None:
        for command in commands:
            for event in decide(command, self.board):
                at = DAWN + timedelta(days=self.day)
                self.board = evolve(self.board, Recorded(self.board.position + 1, at, "human:ada", None, event, ""))

    def takes(self, *files: Sequence[dict[str, Any]]) -> list[list[str]]:
        """Files of CSL-JSON, all at once, on a new day; gives the ids of their records."""
        self.day += 1
        events: list[RecordsImported] = []
        for items in files:
            read = import_bytes(json.dumps(list(items)).encode(), "works.json")
            for name, content in read.contents.items():
                place = self.root / name
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(content)
                self.artifacts.keep(name, place)
            events.append(read.event)
        self.do(ImportRecords(tuple(events)))
        return [[f"{event.file.digest[:8]}.{at}" for at in range(event.kept)] for event in events]

    def screens(self, record: str, verdict: str, stage: Stage = "title", **told: Any) -> int:
        """A decision; gives its position."""
        self.do(ScreenWorks(stage, (Screening(record=record, verdict=verdict, **told),), "ada"))  # type: ignore[arg-type]
        return self.board.position

    def joins(self, *records: str) -> None:
        self.do(MatchRecords("a test", (Merged(records=tuple(sorted(records))),), (), ()))

    @property
    def references(self) -> References:
        return references_of(self.board, self.shelf)


def work(title: str, family: str = "Smith", year: int = 2020, **more: Any) -> dict[str, Any]:
    issued = {"date-parts": [[year]]}
    people = [{"family": family, "given": "Ada"}]
    return {"type": "article-journal", "title": title, "author": people, "issued": issued, **more}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_included_works_are_cited_and_of_others_it_is_said_why_not(desk: Desk) -> None:
    titles = ("Alpha", "Beta", "Gamma", "Delta", "Epsilon", "Zeta")
    [[alpha, beta, gamma, delta, epsilon, _]] = desk.takes([work(each) for each in titles])
    by_title = desk.screens(alpha, "include")
    desk.screens(beta, "include")
    by_full_text = desk.screens(beta, "include", "full-text")
    excluded = desk.screens(gamma, "exclude", criterion="off-topic")
    desk.screens(delta, "include")
    late = desk.screens(delta, "exclude", "full-text", criterion="no-measure")
    desk.screens(epsilon, "include")
    lost = desk.screens(epsilon, "not-had", "full-text")
    found = desk.references
    assert {each.key: each.position for each in found.works} == {
        "smith2020alpha": by_title,
        "smith2020beta": by_full_text,
    }
    assert found.standings == {
        "smith2020gamma": f"it was excluded at event {excluded} (off-topic)",
        "smith2020delta": f"it was excluded at event {late} (no-measure)",
        "smith2020epsilon": f"its full text could not be had, as event {lost} says",
        "smith2020zeta": "nobody has screened it",
    }


def test_records_of_one_work_are_one_reference_also_where_another_of_them_was_decided_on(desk: Desk) -> None:
    [[first], [second]] = desk.takes([work("Alpha", DOI="10.1000/a")], [work("Alpha!", volume="7")])
    desk.joins(first, second)
    desk.screens(second, "include")
    [only] = desk.references.works
    assert (only.key, only.record.doi, only.record.volume) == ("smith2020alpha", "10.1000/a", "7")


def test_a_key_stays_with_its_work_whatever_comes_later(desk: Desk) -> None:
    [[old]] = desk.takes([work("Learning deep nets", DOI="10.1000/old")])
    desk.screens(old, "include")
    assert [each.key for each in desk.references.works] == ["smith2020learning"]
    [[new, fuller]] = desk.takes(
        [work("Learning all things"), work("Learning deep nets", year=2021, DOI="10.1000/old")]
    )
    desk.screens(new, "include")
    desk.joins(old, fuller)
    found = {each.key: each.record.title for each in desk.references.works}
    assert found == {"smith2020learning": "Learning deep nets", "smith2020learningall": "Learning all things"}


def test_keys_do_not_depend_on_the_order_of_files(tmp_path: Path) -> None:
    files = [[work("Learning b"), work("Learning")], [work("Learning c", DOI="10.1000/c"), work("Learning a")]]
    found = []
    for at, order in enumerate((files, files[::-1])):
        desk = Desk(tmp_path / str(at))
        for record in (each for ids in desk.takes(*order) for each in ids):
            desk.screens(record, "include")
        found.append({each.key: each.record.title for each in desk.references.works})
    assert found[0] == found[1]
    assert len(found[0]) == 4


def test_works_are_grouped_by_concepts_and_those_of_none_come_last(desk: Desk) -> None:
    titles = ("Entropy collapse", "On attention sinks", "Collapse of attention sinks", "Other things")
    [ids] = desk.takes([work(each) for each in titles])
    for record in ids:
        desk.screens(record, "include")
    assert [(group.concept, group.keys) for group in desk.references.groups] == [
        ("collapse", ("smith2020collapse", "smith2020entropy")),
        ("sinks", ("smith2020attention", "smith2020collapse")),
        ("", ("smith2020other",)),
    ]


@pytest.mark.parametrize(
    ("record", "key"),
    [
        (Record(title="The Ünïcode of “Łódź”", authors=(Name("Øre-Ångström", "Æ."),)), "oreangstromundatedunicode"),
        (Record(title="Внимание", authors=(Name("Щукин", "И."),), issued=Date(2018)), "sukin2018vnimanie"),
        (Record(title="中文", authors=(Name("王", "明"),), issued=Date(2019)), "u738b2019u4e2d"),
        (Record(title="On the", authors=(Name(literal="Open and Free, Inc."),)), "openandfreeincundated"),
        (Record(title=r"\input{x}%"), "anonymousundatedinput"),
    ],
)
def test_a_key_is_ascii_and_tells_author_year_and_title(record: Record, key: str) -> None:
    assert next(keys_of(record)) == key


NAMES = st.builds(Name, TEXTS, TEXTS, TEXTS, st.just("")) | st.builds(lambda text: Name(literal=text), TEXTS)


@given(st.builds(Record, title=TEXTS, authors=st.lists(NAMES, max_size=3).map(tuple), doi=TEXTS, container=TEXTS))
def test_nothing_in_a_record_ends_its_field_or_is_a_command(record: Record) -> None:
    for line in entry("k", record, 3).splitlines()[2:-1]:
        field = re.fullmatch(r"  [a-z]+ = \{(.*)\},", line)
        assert field, line
        assert_inert(field[1].replace(r"\allowbreak", ""), names=True)


PRINTED = {
    "Unal": Record(title="A { in CLIP and ViT", authors=(Name("Ünal", "Émile"),), issued=Date(2020)),
    "Simek": Record(title="A } in $x$", authors=(Name("Šimek", "Grace Brewster"),), issued=Date(2019), pages="12-34",
                    type="article-journal", container="J. of {A} & B"),
    "Inc.": Record(title=ATTACKS[0], authors=(Name(literal="Deep and Wide, Inc."),), doi="10.1/a_b%c(1)"),
    "Nguyen": Record(title="Über 100 %", authors=(Name("Nguyễn", "Thị"), Name("van der Berg", "J. M.", "Jr."))),
    "Zhang": Record(title=ATTACKS[-1], authors=(Name("Zhang", "Öz-Kim"), Name("王", "小明"))),
    "Plato": Record(title="A thesis", authors=(Name("Plato"),), type="thesis", publisher="Academy"),
    "And": Record(title=ATTACKS[1], authors=(Name("And", "and And"), Name("others"), Name("a, b", "c, d"))),
    "Nobody": Record(title="Without anybody", url="http://a.org/%20#x_y&z=~" + "long" * 20),
}  # fmt: skip


def set_by(style: str, folder: Path) -> tuple[list[str], str]:
    """The entries in the order and the words of a style, and the log of LaTeX."""
    bib = "\n".join(entry(next(keys_of(record)), record, 1) for record in PRINTED.values())
    (folder / "references.bib").write_text(bib, encoding="utf-8")
    ends = rf"\nocite{{*}}\bibliographystyle{{{style}}}\bibliography{{references}}"
    text = FRAME.replace("CHARACTERS", r"\usepackage[hidelinks]{hyperref}").replace("TEXTS", ends)
    (folder / "paper.tex").write_text(text, encoding="utf-8")
    built = build_latex(folder, 0)
    assert built.error == "", built.error
    assert built.pdf is not None
    told = subprocess.run(["pdftotext", "-raw", built.pdf, "-"], capture_output=True, check=True).stdout.decode()
    return re.split(r"\n?\[\d+\] ", told)[1:], built.log


@needs_latex
@pytest.mark.skipif(not shutil.which("pdftotext"), reason="pdftotext is not on this machine")
@pytest.mark.parametrize("style", ["plain", "ieeetr", "abbrv", "alpha", "unsrt"])
def test_every_style_prints_what_records_say(style: str, tmp_path: Path) -> None:
    entries, log = set_by(style, tmp_path)
    assert "Missing character" not in log
    if style == "alpha":
        return
    assert len(entries) == len(PRINTED)
    flat = [" ".join(each.split()) for each in entries]
    if style == "plain":
        begin = ["and And And", "Deep and Wide, Inc", "Thi", "Plato", "Grace Brewster Šimek", "Émile Ünal",
                 "Without anybody", "Öz-Kim Zhang"]  # fmt: skip
        assert [text for text, start in zip(flat, begin, strict=True) if not text.startswith(start)] == []
    told = "\n".join(flat)
    assert "A { in CLIP and ViT" in told
    assert "A } in $x$" in told
    assert r"\write18{rm -rf ~} \input{/etc/passwd} 100% #1 & a_b ^^41 ~ $x$ {" in told
    assert "10.1/a_b%c(1)" in told.replace(" ", "")
    assert "J. of {A} & B" in told
    assert "Thesis, Academy" in told
    assert "PhD" not in told
    if style in ("ieeetr", "abbrv"):
        assert "É. Ünal" in told
        assert "G. B. Šimek" in told
        assert "Ö.-K. Zhang" in told
