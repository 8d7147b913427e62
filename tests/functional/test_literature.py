"""Literature on the command line: import, answer, screen, stop, export; and what was tampered with is named."""

from __future__ import annotations

import json
import re
import sqlite3
from pathlib import Path

import pytest

from orchestrator.settings import Settings
from orchestrator.study.file import read_study
from orchestrator.usecases.session import Session
from store.commands import AmendStudy
from store.kinds.literature import Watch
from tasks.literature.news import Ask
from tasks.literature.sources.watching import Watched

from .conftest import Gonogo, new_study
from .tracked import BIB, RIS, STUDY

OTHER = "TY  - JOUR\nTI  - C++ and \x1b[31mred\x1b[0m \u202eerif\nAU  - Doe, Jane\nPY  - 2020\nER  - \n"


def found(gonogo: Gonogo, tracked: Path, words: str) -> str:
    """Id of the one work that has these words."""
    (work,) = gonogo("literature", "search", words, "--json", "-w", tracked).json["works"]
    return str(work["id"])


def status(gonogo: Gonogo, tracked: Path) -> dict[str, object]:
    told = gonogo("literature", "status", "--json", "-w", tracked).json
    assert isinstance(told, dict)
    return told


def test_a_cycle_tells_its_literature_and_everything_checks_out(gonogo: Gonogo, tracked: Path) -> None:
    told = status(gonogo, tracked)
    assert (told["records"], told["works"], told["quarantined"], told["ruled_out"]) == (5, 4, 1, {"years": 1})
    report = json.loads((tracked / "reports" / "cycle-001" / "cycle-report.json").read_text())
    boxes = [row["count"]["text"] for row in report["sections"]["literature"]["boxes"]]
    assert boxes[:7] == ["5", "1", "1", "4", "1", "0", "3"]
    for name in ("cycle-report.md", "cycle-report.html", "handover.md"):
        assert "to be screened" in (tracked / "reports" / "cycle-001" / name).read_text()
    assert gonogo("verify", "-w", tracked).code == 0
    replayed = gonogo("replay", "-w", tracked, "--json")
    assert replayed.code == 0


def test_importing_says_what_became_of_each_file_and_doing_it_again_changes_nothing(
    gonogo: Gonogo, tracked: Path, tmp_path: Path
) -> None:
    new, page = tmp_path / "new.bib", tmp_path / "page.ris"
    new.write_text(OTHER)
    page.write_text("<html><body>not found</body></html>")
    said = gonogo("literature", "import", new, page, tmp_path / "gone.ris", tracked / "a.bib", "-w", tracked)
    assert said.code == 0
    assert "new.bib: 1 kept" in said.out
    assert "page.ris: 0 kept, 1 set aside (line 1: the file is a web page)" in said.out
    assert "gone.ris: not read: " in said.out
    assert "a.bib: already known, nothing changes" in said.out
    before = gonogo("events", "-w", tracked).out
    assert gonogo("literature", "import", new, "-w", tracked).code == 0
    assert gonogo("events", "-w", tracked).out == before
    assert "page.ris:1: the file is a web page" in gonogo("literature", "quarantine", "-w", tracked).out
    assert gonogo("verify", "-w", tracked).code == 0
    for word in ("search", "status", "duplicates"):
        shown = gonogo("literature", word, *(["red"] if word == "search" else []), "-w", tracked)
        assert not set("\x1b\u202e") & set(shown.out)


def test_a_file_that_cannot_be_read_at_all_is_one_line_and_exit_code_2(
    gonogo: Gonogo, tracked: Path, tmp_path: Path
) -> None:
    before = gonogo("events", "-w", tracked).out
    empty = tmp_path / "empty.bib"
    empty.write_text("")
    for file in (tmp_path / "gone.ris", empty, tmp_path):
        said = gonogo("literature", "import", file, "-w", tracked)
        assert said.code == 2
        assert said.err.count("\n") == 1
    assert gonogo("events", "-w", tracked).out == before


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({'"a.bib", "b.ris"': '"a.bib", "gone.ris"'}, "literature.files.1: "),
        ({"recall = 0.9": "recall = 2"}, "literature.recall"),
        ({"first_year = 2015": "first_yaer = 2015"}, "literature.rules.first_yaer"),
        ({"first_year = 2015": "first_year = 2015\nlast_year = 2010"}, "no work is between"),
        ({"recall = 0.9": "watch = true"}, "there are none; give [[literature.queries]]"),
        (
            {"recall = 0.9": 'queries = [{text = "collapse", sources = ["scholar"]}]'},
            "literature.queries.0.sources.0",
        ),
    ],
)
def test_a_study_that_cannot_be_tracked_is_refused_before_anything_is_registered(
    gonogo: Gonogo, tmp_path: Path, changes: dict[str, str], why: str
) -> None:
    text = STUDY
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    folder = new_study(tmp_path / "study", text)
    (folder / "a.bib").write_text(BIB)
    (folder / "b.ris").write_text(RIS)
    said = gonogo("run", "--workspace", folder)
    assert said.code == 2
    assert why in said.err
    assert said.err.count("\n") == 1
    assert not (folder / "gonogo.db").exists()


@pytest.mark.parametrize("query", ['C++ "a-b"', "", '"', "a AND NOT", "\u202e", "*", "collapse" * 500, "é" * 3])
def test_any_text_is_a_query(gonogo: Gonogo, tracked: Path, query: str) -> None:
    said = gonogo("literature", "search", query, "--json", "-w", tracked)
    assert said.code == 0
    assert said.json["query"] == query


def test_the_cache_of_searches_may_be_deleted_or_damaged_at_any_time(gonogo: Gonogo, tracked: Path) -> None:
    first = gonogo("literature", "search", "attention", "--json", "-w", tracked).out
    cache = tracked / "literature.db"
    for damage in (
        cache.unlink,
        lambda: cache.write_bytes(b"no index"),
        lambda: cache.write_bytes(cache.read_bytes()[:99]),
    ):
        damage()
        assert gonogo("literature", "search", "attention", "--json", "-w", tracked).out == first


def test_an_answer_stands_after_every_later_import(gonogo: Gonogo, tracked: Path, tmp_path: Path) -> None:
    work = found(gonogo, tracked, "transferable")
    (hit,) = gonogo("literature", "search", "transferable", "--json", "-w", tracked).json["works"]
    one, other = hit["records"]
    assert gonogo("literature", "split", one, "--as", "Ada", "--reason", "two works", "-w", tracked).code == 0
    assert status(gonogo, tracked)["works"] == 5
    third = tmp_path / "third.bib"
    third.write_text(BIB.replace("@article{d", "@article{z").replace("Old Paper", "Older Paper"))
    assert gonogo("literature", "import", third, "-w", tracked).code == 0
    apart = [
        set(each["records"])
        for each in gonogo("literature", "search", "transferable", "--json", "-w", tracked).json["works"]
    ]
    assert not any({one, other} <= records for records in apart)
    same = ("literature", "duplicates", one, other, "--same", "--as", "Ada", "--reason", "one after all", "-w", tracked)
    assert gonogo(*same).code == 0
    (whole,) = gonogo("literature", "search", "transferable", "--json", "-w", tracked).json["works"]
    assert {one, other} <= set(whole["records"])
    assert work in {one, other}
    assert gonogo("verify", "-w", tracked).code == 0


def test_decisions_on_the_command_line_fill_the_boxes(gonogo: Gonogo, tracked: Path, tmp_path: Path) -> None:
    key, other = found(gonogo, tracked, "entropy"), found(gonogo, tracked, "registers")
    screen = ("literature", "screen", "--as", "Ada", "-w", tracked)
    assert gonogo(*screen, "--decide", key, "include", "--key", "--reason", "it names the collapse").code == 0
    assert gonogo(*screen, "--decide", other, "exclude").code == 2
    assert gonogo(*screen, "--decide", other, "exclude", "--criterion", "dull").code == 2
    assert gonogo(*screen, "--decide", other, "exclude", "--criterion", "off-topic").code == 0
    assert gonogo(*screen, "--decide", other, "include", "--stage", "full-text").code == 4
    assert gonogo(*screen, "--decide", key, "include", "--stage", "full-text").code == 0
    told = status(gonogo, tracked)
    assert (told["screened"], told["sought"], told["included"], told["key"]) == (2, 1, 1, 1)
    assert told["excluded"] == {"off-topic": 1}
    at = json.loads(gonogo("board", "--json", "-w", tracked).out)["position"]
    past = gonogo("literature", "prisma", "--json", "--at", at - 1, "-w", tracked).json
    assert (past["included"], past["flow"]["awaiting_full_text"]) == (0, 1)
    drawn = tmp_path / "flow.svg"
    assert gonogo("literature", "prisma", "--svg", drawn, "-w", tracked).code == 0
    assert re.search(r'data-metric="literature/included">1<', drawn.read_text())
    for format in ("bibtex", "ris", "csl-json"):
        text = gonogo("literature", "export", "--format", format, "-w", tracked).out
        file = tmp_path / f"again.{format}"
        file.write_text(text)
        assert gonogo("literature", "import", file, "-w", tracked).code == 0
    assert status(gonogo, tracked)["works"] == told["works"], "what was exported is known again"


def test_screening_stops_by_a_test_or_for_a_reason_that_is_kept(gonogo: Gonogo, tracked: Path) -> None:
    screen = ("literature", "screen", "--as", "Ada", "-w", tracked)
    assert gonogo(*screen, "--decide", found(gonogo, tracked, "entropy"), "include").code == 0
    said = gonogo("literature", "stop", "-w", tracked)
    assert "screening goes on" in said.out
    assert gonogo("literature", "stop", "--as", "Ada", "-w", tracked).code == 4
    assert gonogo("literature", "stop", "--as", "Ada", "--reason", "no time", "-w", tracked).code == 0
    told = status(gonogo, tracked)
    assert (told["left_unread"], told["waiting"]) == (2, 0)


def test_services_are_asked_by_a_command_and_how_it_ended_is_told_and_kept(
    gonogo: Gonogo, tracked: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert gonogo("literature", "watch", "-w", tracked).code == 2
    file = tracked / "study.toml"
    queries = 'recall = 0.9\nqueries = [{text = "collapse", sources = ["arxiv", "crossref"]}]'
    file.write_text(file.read_text().replace("recall = 0.9", queries))
    with Session.open(Settings.of(tracked), print) as session:
        session.submit(AmendStudy(read_study(file).study, "to be watched"), actor="human:Ada")

    def asker(until: str, requests: int, progress: object = None) -> Ask:
        def ask(one: Watch, spool: Path) -> Watched:
            if one.source == "crossref":
                return Watched((), 1, 0.0, "", "skipped", "there is no network")
            page = b'[{"id": "2401.00001", "title": "Collapse \\u001b[31m anew", "type": "article"}]'
            return Watched((page,), 1, 0.0, until, "done", "")

        return ask

    monkeypatch.setattr("tasks.literature.news.asker", asker)
    said = gonogo("literature", "watch", "-w", tracked)
    assert said.code == 0
    assert "arxiv, 'collapse': done; 1 new record, 1 request" in said.out
    assert "crossref, 'collapse': skipped (there is no network); 0 new records, 1 request" in said.out
    assert "arxiv, 'collapse': done; 0 new records" in gonogo("literature", "watch", "-w", tracked).out
    assert status(gonogo, tracked)["identified"]["arxiv"] == 1  # type: ignore[index]
    assert "\x1b" not in gonogo("literature", "search", "anew", "-w", tracked).out
    assert gonogo("verify", "-w", tracked).code == 0


def test_a_decision_that_is_altered_in_the_database_is_named(gonogo: Gonogo, tracked: Path) -> None:
    work = found(gonogo, tracked, "entropy")
    assert gonogo("literature", "screen", "--as", "Ada", "--decide", work, "include", "-w", tracked).code == 0
    position = json.loads(gonogo("board", "--json", "-w", tracked).out)["position"]
    with sqlite3.connect(tracked / "gonogo.db") as connection:
        connection.execute("UPDATE events SET body = replace(body, 'include', 'later') WHERE position = ?", (position,))
    connection.close()
    said = gonogo("verify", "-w", tracked)
    assert said.code == 5
    assert str(position) in said.out + said.err


def test_a_count_that_is_altered_in_a_report_is_named(gonogo: Gonogo, tracked: Path) -> None:
    path = tracked / "reports" / "cycle-001" / "cycle-report.json"
    report = json.loads(path.read_text())
    figure = next(each for each in report["figures"] if each["metric"] == "literature/works")
    figure["value"], figure["text"] = figure["value"] + 1, str(int(figure["value"]) + 1)
    path.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n")
    said = gonogo("verify", "--json", "-w", tracked)
    assert said.code == 5
    assert any("cycle-report.json" in each["where"] for each in said.json["figures"]["bad"])


def test_records_that_are_gone_or_altered_are_named_and_nothing_is_written_on_them(
    gonogo: Gonogo, tracked: Path, tmp_path: Path
) -> None:
    new = tmp_path / "new.ris"
    new.write_text(OTHER)
    assert gonogo("literature", "import", new, "-w", tracked).code == 0
    events = [json.loads(line) for line in gonogo("events", "--json", "-w", tracked).out.splitlines()]
    digest = next(
        e["event"]["records"]["digest"]
        for e in events
        if e["type"] == "RecordsImported" and e["event"]["source"] == "new.ris"
    )
    kept = tracked / "artifacts" / "sha256" / digest[:2] / digest
    kept.unlink()
    said = gonogo("literature", "import", new, "-w", tracked)
    assert said.code == 5
    assert "new.ris" in said.err
    assert gonogo("verify", "-w", tracked).code == 5


def test_scripts_read_fixed_shapes(gonogo: Gonogo, tracked: Path, tmp_path: Path) -> None:
    new = tmp_path / "new.bib"
    new.write_text(f"{BIB.replace('2103.00020', '2103.00021')}\n@article{{f, author={{Nobody}}}}")
    told = gonogo("literature", "import", new, "--json", "-w", tracked).json
    assert {"schema", "read", "imported", "duplicates", "quarantined"} <= told.keys()
    assert (told["read"], told["imported"], len(told["quarantined"])) == (1, 4, 2)
    assert all(set(each) == {"file", "line", "reason"} for each in told["quarantined"])
    doubts = gonogo("literature", "duplicates", "--json", "-w", tracked).json
    assert all(len(cluster) > 1 for cluster in doubts["clusters"])
    assert all(len(pair) == 2 for pair in doubts["review"])
    assert doubts["clusters"]
    records = gonogo("literature", "records", "--json", "-w", tracked).json["records"]
    assert [each["key"] for each in records[:4]] == ["a", "b", "c", "d"]
    assert set(records[0]) == {"id", "file", "key", "title", "year", "first_author", "doi"}
    assert (records[0]["year"], records[0]["first_author"], records[0]["file"]) == (2021, "Radford", "a.bib")
    flow = gonogo("literature", "prisma", "--json", "-w", tracked).json
    assert (flow["identified"], flow["duplicates_removed"]) == (len(records), len(records) - flow["flow"]["works"])
    assert {"reason": "years", "n": 1} in flow["excluded"]
    assert "Radford" in gonogo("literature", "records", "-w", tracked).out
