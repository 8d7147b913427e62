"""One number changed in a report that was really made: verify sees it, and the auditor sees most of it alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.mutations.__main__ import AUDIT_GOAL, VERIFY_GOAL
from benchmarks.mutations.judges import Judges, audits, mutations

pytestmark = pytest.mark.slow

TRIED, WHOLE = 160, 3


def test_of_changed_numbers_verify_sees_nearly_all_and_the_auditor_alone_its_share(workspace: Path) -> None:
    judges = Judges(workspace)
    contents = judges.contents()
    assert len(contents) == 8
    assert all(judges.of_file(name, content).ok and audits(name, content) for name, content in contents.items())
    made = list(mutations(contents, TRIED, seed=3))
    caught = [judges.caught(each) for each in made]
    assert sum(each.verify for each in caught) >= VERIFY_GOAL * TRIED
    assert sum(each.audit for each in caught) >= AUDIT_GOAL * TRIED
    in_full = [each.figures for each in caught if each.figures is not None]
    assert sum(in_full) >= 0.95 * len(in_full), "even where the digest in the log was forged; a zero more is no change"


def test_verify_as_a_whole_says_what_its_check_of_the_one_file_says(workspace: Path) -> None:
    judges = Judges(workspace)
    for each in mutations(judges.contents(), WHOLE, seed=4):
        whole = judges.whole(each)
        assert whole.bad == judges.of_file(each.file, each.content).bad != ()
    assert judges.whole().ok, "and the workspace is as it was"
