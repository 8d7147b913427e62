"""Which files a crate holds, and where in it they may lie."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from orchestrator.artifacts import ArtifactStore
from orchestrator.export.crate import copies, inside
from orchestrator.workspace import Workspace
from store.errors import IntegrityFailure
from store.events import ReportWritten
from store.log.chain import EventRow

REPORT = ReportWritten(cycle=1, as_of=1, renderer="0", files=())


def carrying(body: object) -> EventRow:
    return EventRow("study", 1, "2026-03-02T09:00:00+00:00", "system", None, "PaperBuilt", 1, json.dumps(body))


def test_the_files_of_an_event_of_any_type_are_in_the_crate(tmp_path: Path) -> None:
    workspace, source = Workspace(tmp_path), tmp_path / "source"
    source.write_text("a paper")
    kept = ArtifactStore(workspace.artifacts).keep("paper.pdf", source)
    file = kept.model_dump(mode="json")
    rows = [carrying({"built": [{"pdf": file}]}), carrying({"run_id": "r1", "files": [file]})]
    found = copies(rows, REPORT, workspace)
    assert set(found) == {f"artifacts/{kept.digest}/paper.pdf", "artifacts/r1/paper.pdf"}
    assert {path.read_text() for path in found.values()} == {"a paper"}


@pytest.mark.parametrize("change", [{"name": "../../verify.py"}, {"digest": "0" * 64}, {"digest": "../.."}])
def test_a_file_that_leads_out_of_the_crate_or_is_not_kept_is_refused(tmp_path: Path, change: dict) -> None:
    body = {"pdf": {"name": "paper.pdf", "digest": "1" * 64, "size": 7, **change}}
    with pytest.raises(IntegrityFailure):
        copies([carrying(body)], REPORT, Workspace(tmp_path))


@pytest.mark.parametrize("name", ["reports/a.md", "reports/cycle-001/a b.md", "reports/é/..a"])
def test_a_name_that_stays_in_its_folder_is_taken(name: str) -> None:
    assert inside("reports", name) == name


@pytest.mark.parametrize(
    "name",
    [
        "", "reports", "verify.py", "/reports/a", "reports/../verify.py", "reports/./a", "reports//a", "a/reports/b",
        "reports\\a", "reports/a\\..\\b", "reports/a/", "reports/a\0b", "reportsx/a", "../reports/a",
    ],
)  # fmt: skip
def test_a_name_that_leads_out_of_it_is_refused(name: str) -> None:
    with pytest.raises(IntegrityFailure, match="does not stay in reports/"):
        inside("reports", name)
