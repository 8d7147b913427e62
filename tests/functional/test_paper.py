"""The paper on the command line: set with its cycle, checked, altered, compared; and what breaks it breaks no cycle."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tasks.drafting.building.latex import has_latex
from tests.unit.tasks.drafting.papers import needs_latex

from .conftest import Gonogo

FOLDER = Path("reports") / "cycle-001" / "paper"


def draft_of(gonogo: Gonogo, workspace: Path) -> dict[str, object]:
    (task,) = [task for task in gonogo("board", "--json", "-w", workspace).json["tasks"] if task["kind"] == "draft"]
    return dict(task)


def write(workspace: Path, name: str, text: str) -> Path:
    path = workspace / "paper" / "prose" / f"{name}.tex"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_a_cycle_leaves_a_paper_and_everything_checks_out(gonogo: Gonogo, tracked: Path) -> None:
    task = draft_of(gonogo, tracked)
    assert task["status"] == "accepted"
    found = {item["metric"]: item["value"] for item in task["evidence"]}  # type: ignore[attr-defined]
    assert found["draft/figures"] > 50
    assert found["draft/faults/todo"] > 0
    if has_latex():
        assert found["draft/faults"] == found["draft/faults/todo"]
    kinds = {name for path in (tracked / FOLDER).rglob("*") if path.is_file() for name in [path.suffix]}
    assert {".tex", ".bib", ".json", ".html", ".typ"} <= kinds
    verified = gonogo("verify", "-w", tracked)
    assert (verified.code, "all check out" in verified.out) == (0, True)
    assert gonogo("replay", "-w", tracked).code == 0
    assert gonogo("export", "-w", tracked).code == 0
    crate = tracked / "exports" / "cycle-001"
    assert subprocess.run([sys.executable, crate / "verify.py"], capture_output=True, check=False).returncode == 0
    assert list(crate.rglob("paper.pdf" if has_latex() else "preview.pdf"))
    assert (crate / FOLDER / "numbers.tex").is_file()


@needs_latex
def test_a_build_gives_the_bytes_that_the_cycle_gave_wherever_it_is_done(
    gonogo: Gonogo, tracked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_of = json.loads((tracked / FOLDER / "paper.json").read_text())["as_of"]
    first = gonogo("paper", "build", "--json", "--at", as_of, "-o", tmp_path / "here", "-w", tracked).json
    moved = shutil.copytree(tracked, tmp_path / "a place with spaces")
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    again = gonogo("paper", "build", "--json", "--at", as_of, "-o", tmp_path / "there ü", "-w", moved).json
    assert first["digest"] == again["digest"]
    events = [json.loads(line)["event"] for line in gonogo("events", "--json", "-w", tracked).out.splitlines()]
    kept = {file["name"]: file["digest"] for event in events for file in event.get("artifacts", ())}
    assert kept["paper.pdf"] == first["digest"], "the cycle's own"
    before = (tracked / "gonogo.db").read_bytes()
    assert gonogo("paper", "check", tmp_path / "here" / "paper.pdf", "-w", tracked).code == 1
    assert (tracked / "gonogo.db").read_bytes() == before


@needs_latex
def test_what_people_write_is_checked_and_never_overwritten(gonogo: Gonogo, tracked: Path) -> None:
    text = (
        "% a comment on 99 models\n"
        "Of the models, \\fig{claim-of-at-least-1/at-least} of \\fig{claim-of-at-least-1/models} count (90\\,\\%).\n"
    )
    path = write(tracked, "limitations", text)
    told = gonogo("paper", "check", "--json", "-w", tracked)
    assert told.code == 1
    findings = [f for f in told.json["findings"] if f["kind"] not in ("todo", "digits")]
    assert {(f["kind"], f["file"], f["line"]) for f in findings} == {
        ("prose", "paper/prose/limitations.tex", 2),
        ("contradiction", "paper/prose/limitations.tex", 2),
    }
    assert any("1 of 1 = 100 %, printed as 90 %" in f["text"] for f in findings)
    assert path.read_text() == text
    write(tracked, "limitations", "See \\fig{claim-of-at-leat-1/models}.")
    said = gonogo("paper", "build", "-w", tracked)
    assert said.code == 2
    assert "paper/prose/limitations.tex:1: there is no figure" in said.err
    assert "the nearest is claim-of-at-least-1/models" in said.err


def test_one_metric_altered_in_mlflow_is_named_with_its_figure_and_section(gonogo: Gonogo, tracked: Path) -> None:
    record = json.loads((tracked / FOLDER / "paper.json").read_text())
    figure = next(each for each in record["figures"] if each["run_id"] and each["metric"] == "vision_entropy_norm")
    with sqlite3.connect(tracked / "mlflow.db") as store:
        for table in ("metrics", "latest_metrics"):
            store.execute(
                f"UPDATE {table} SET value = value + 0.25 WHERE run_uuid = ? AND key = ?",
                (figure["run_id"], figure["metric"]),
            )
    store.close()
    verified = gonogo("verify", "--json", "-w", tracked)
    assert verified.code == 5
    told = [bad["why"] for bad in verified.json["figures"]["bad"] if bad["where"].endswith(": vision_entropy_norm")]
    assert len(told) == 1
    assert f"the paper prints it: {figure['id']} in architectures" in told[0]


@needs_latex
def test_only_works_that_people_included_are_cited(gonogo: Gonogo, tracked: Path) -> None:
    def work(words: str) -> str:
        (found,) = gonogo("literature", "search", words, "--json", "-w", tracked).json["works"]
        return str(found["id"])

    def decide(words: str, verdict: str, *more: str) -> None:
        given = ("literature", "screen", "--decide", work(words), verdict, "--as", "Ada", *more, "-w", tracked)
        assert gonogo(*given).code == 0

    decide("entropy collapse", "include")
    decide("registers", "exclude", "--criterion", "off-topic")
    assert gonogo("paper", "build", "-w", tracked).code == 0
    built = tracked / "paper" / "build"
    assert "\\cite{zhai2023stabilizing}" in (built / "sections" / "related-work.tex").read_text()
    bib = (built / "references.bib").read_text()
    assert bib.count("@") == 1
    assert "% included at event " in bib
    write(tracked, "related-work", "As \\cite{darcet2024vision} and \\cite{radford2021learning} say.")
    texts = [f["text"] for f in gonogo("paper", "check", "--json", "-w", tracked).json["findings"]]
    assert any("darcet2024vision cannot be cited: it was excluded at event" in text for text in texts)
    assert any("radford2021learning cannot be cited: nobody has screened it" in text for text in texts)


def test_a_paper_that_cannot_be_set_closes_its_cycle_all_the_same(gonogo: Gonogo, tracked: Path) -> None:
    write(tracked, "introduction", "\\undefinedcommand \\input{/etc/passwd}")
    with sqlite3.connect(tracked / "gonogo.db") as log:
        closed = log.execute("SELECT count(*) FROM events WHERE type = 'CycleClosed'").fetchone()
    log.close()
    assert closed == (1,)
    said = gonogo("paper", "build", "-w", tracked)
    assert said.code == (2 if has_latex() else 0)
    if has_latex():
        assert said.err.count("\n") <= 1
        assert "Undefined control sequence" in said.err


@needs_latex
@pytest.mark.slow
def test_a_build_that_is_killed_leaves_no_half_file_and_the_next_one_finishes(gonogo: Gonogo, tracked: Path) -> None:
    command = [sys.executable, "-m", "orchestrator.cli", "paper", "build", "-w", str(tracked)]
    for seconds in (0.5, 1.0, 1.5, 2.0, 3.0, 4.0):
        process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        pdf = tracked / "paper" / "build" / "paper.pdf"
        assert not pdf.exists() or pdf.read_bytes().rstrip().endswith(b"%%EOF")
    assert gonogo("paper", "build", "-w", tracked).code == 0
    pdf = tracked / "paper" / "build" / "paper.pdf"
    assert pdf.read_bytes().rstrip().endswith(b"%%EOF")


def test_two_positions_are_compared(gonogo: Gonogo, tracked: Path) -> None:
    as_of = json.loads((tracked / FOLDER / "paper.json").read_text())["as_of"]
    told = gonogo("paper", "diff", "--from", as_of - 4, "--to", 1, "--json", "-w", tracked)
    assert told.code == 0
    assert set(told.json) == {"schema", "from", "to", "figures", "verdict", "sentences", "references"}
    assert gonogo("paper", "diff", "--from", 1, "--to", 1, "--json", "-w", tracked).json["figures"] == []
    wrong = gonogo("paper", "diff", "--from", 9999, "--to", 1, "-w", tracked)
    assert (wrong.code, "--from" in wrong.err) == (2, True)


def test_what_is_no_paper_of_this_log_is_one_line(gonogo: Gonogo, tracked: Path, tmp_path: Path) -> None:
    for name, content in {"a.pdf": b"%PDF-1.5 nothing", "b.pdf": b"", "c.pdf": os.urandom(5000)}.items():
        (tmp_path / name).write_bytes(content)
        said = gonogo("paper", "check", tmp_path / name, "-w", tracked)
        assert (said.code, said.err.count("\n")) == (2, 1), said.err
