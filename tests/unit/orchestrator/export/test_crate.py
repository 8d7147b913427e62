"""Where the files of a crate may lie."""

from __future__ import annotations

import pytest

from orchestrator.export.crate import inside
from store.errors import IntegrityFailure


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
