"""`gonogo audit`: what it prints about a report from elsewhere, and how it ends."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = "examples/foreign_report.md"


def test_a_report_that_cannot_be_true_ends_with_1_and_says_where_and_why(gonogo, monkeypatch) -> None:
    monkeypatch.chdir(ROOT)
    said = gonogo("audit", EXAMPLE)
    assert (said.code, said.err) == (1, "")
    lines = said.out.splitlines()
    assert lines[0] == f"inconsistent statuses {EXAMPLE}:5"
    assert max(map(len, lines)) <= 80
    assert lines[-1] == "7 inconsistent, 0 depends on reading, 0 not checkable, 12 consistent"


def test_the_excerpt_in_the_readme_is_what_it_prints(gonogo, monkeypatch) -> None:
    monkeypatch.chdir(ROOT)
    printed = {line.rstrip() for line in gonogo("audit", EXAMPLE).out.splitlines()}
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    excerpt = readme.split(f"$ gonogo audit {EXAMPLE}\n")[1].split("```")[0].splitlines()
    assert len(excerpt) > 5
    assert set(excerpt) - {"..."} <= printed


def test_json_lists_every_finding_with_quote_line_and_computation(gonogo) -> None:
    found = gonogo("audit", ROOT / EXAMPLE, "--json")
    assert found.code == 1
    document = found.json
    assert list(document) == ["schema", "file", "format", "lines", "consistent", "counts", "findings"]
    assert (document["schema"], document["format"], document["consistent"]) == ("gonogo.audit/1", "markdown", False)
    assert sum(document["counts"].values()) == len(document["findings"])
    source = (ROOT / EXAMPLE).read_text(encoding="utf-8").splitlines()
    for each in document["findings"]:
        assert list(each) == ["check", "verdict", "line", "also", "quote", "computation"]
        assert each["quote"] == " ".join(source[each["line"] - 1].split())
        assert each["computation"]
    verdicts = [each["verdict"] for each in document["findings"]]
    assert verdicts == sorted(verdicts, key=["inconsistent", "depends on reading", "not checkable", "consistent"].index)


def test_a_report_without_contradictions_ends_with_0(gonogo, tmp_path: Path) -> None:
    report = tmp_path / "r.txt"
    report.write_text("All 4 of 8 (50 %) answered in 90 s (1.5 min).\n", encoding="utf-8")
    said = gonogo("audit", report)
    assert (said.code, said.err) == (0, "")
    assert said.out == "0 inconsistent, 0 depends on reading, 0 not checkable, 2 consistent\n"


@pytest.mark.parametrize("data", [None, b"%PDF-1.5\n", bytes(range(256)) * 9, b"\x1f\x8b\x08"])
def test_what_is_no_report_ends_with_2_and_one_line(gonogo, tmp_path: Path, data: bytes | None) -> None:
    path = tmp_path / "report"
    if data is not None:
        path.write_bytes(data)
    for options in ((), ("--json",)):
        said = gonogo("audit", path, *options)
        assert (said.code, said.out) == (2, "")
        assert said.err.count("\n") == 1
        assert str(path) in said.err


def test_markup_of_the_terminal_in_a_report_is_shown_as_it_stands(gonogo, tmp_path: Path) -> None:
    report = tmp_path / "r.md"
    report.write_text("[red]Kept[/red] 5/6 (82%) [/nothing]\n", encoding="utf-8")
    said = gonogo("audit", report)
    assert said.code == 1
    assert "[red]Kept[/red] 5/6 (82%) [/nothing]" in said.out
