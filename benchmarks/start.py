"""How long a person waits for `gonogo --help`."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

from benchmarks.timing import Row, compared, interleaved


def rows() -> Iterator[Row]:
    """Start-up of the command line beside a bare interpreter's."""
    code = "from orchestrator.cli.main import main; main(['--help'])"
    ours = [sys.executable, "-c", code]
    peer = [sys.executable, "-c", "pass"]
    times = interleaved(lambda: _run(ours), lambda: _run(peer), rounds=11)
    yield compared("gonogo --help", *times, "python -c pass")


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
