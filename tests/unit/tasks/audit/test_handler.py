"""The task that audits a kept report."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from store.errors import BadInput
from store.kinds.audit import AuditSpec
from tasks.catalog import handler_of
from tasks.handler import Done, TaskContext


def audited(tmp_path: Path, name: str, data: bytes):
    digest = hashlib.sha256(data).hexdigest()
    (tmp_path / digest).write_bytes(data)
    (tmp_path / "scratch").mkdir()
    context = TaskContext(tmp_path, tmp_path / "scratch", lambda wanted: tmp_path / wanted)
    return handler_of("audit")(AuditSpec(report=name, digest=digest), context)


def test_a_report_is_counted_by_verdict_and_its_contradictions_are_facts(tmp_path: Path) -> None:
    done = audited(tmp_path, "r.md", b"Kept 5/6 (82%), and 3/4 (75%) of those.\n")
    assert isinstance(done, Done)
    assert {each.metric: each.value for each in done.measurements} == {
        "count/inconsistent": 1,
        "count/depends_on_reading": 0,
        "count/not_checkable": 0,
        "count/consistent": 1,
    }
    assert done.facts.told() == {"Inconsistent 1, percentages, line 1": "5/6 = 83.33 %, printed as 82 %"}
    kept = json.loads(done.files["audit.json"].read_text(encoding="utf-8"))
    assert [each["verdict"] for each in kept["findings"]] == ["inconsistent", "consistent"]


def test_the_ending_of_the_name_tells_the_format(tmp_path: Path) -> None:
    done = audited(tmp_path, "r.tex", b"Kept 5/6 (82\\%).\n")
    assert isinstance(done, Done)
    assert [each.value for each in done.measurements] == [1, 0, 0, 0]


def test_what_is_no_text_fails_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"r\.md"):
        audited(tmp_path, "r.md", bytes(range(256)) * 9)
