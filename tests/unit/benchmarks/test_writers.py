"""Writers that press for one log lose no event, whichever way they wait."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.writers import LOGS, main, written


@pytest.mark.slow
@pytest.mark.parametrize("way", LOGS)
def test_writers_that_press_for_one_log_lose_no_event(way: str, tmp_path: Path) -> None:
    found = written(way, 2, 0.2, tmp_path)
    assert len(found.writes) == 2
    assert found.worst_s > 0


@pytest.mark.slow
def test_both_ways_are_printed_beside_each_other(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["2", "0.1"]) == 0
    assert [line.split("  ")[0] for line in capsys.readouterr().out.splitlines()[2:]] == list(LOGS)
