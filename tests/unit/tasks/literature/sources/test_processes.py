"""A worker that is killed by the system frees its spool, and the next goes on where it was."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tasks.literature.sources.watching import watch

from .conftest import SIZE, Library, Reply, Seen, service

WORKER = """
import sys
from pathlib import Path
from tasks.literature.sources.crossref import Crossref
from tasks.literature.sources.watching import watch
import tasks.literature.sources.crossref as crossref
crossref.ROWS = int(sys.argv[3])
watch(Crossref(base=sys.argv[1], pace=0.0), "attention", "2026-01-02", "2026-01-31", Path(sys.argv[2]), 20)
"""


@pytest.mark.slow
@pytest.mark.parametrize("fatal", [1, 3, 8])
def test_a_worker_killed_while_it_waits_for_an_answer(fatal: int, serving: Callable[..., Any], tmp_path: Path) -> None:
    waiting, end = threading.Event(), threading.Event()

    def play(seen: Seen, n: int) -> Reply:
        if n == fatal:
            waiting.set()
            end.wait(30)
        return Reply(200, *Library().answer("crossref", seen.params))

    with serving(play) as server:
        command = [sys.executable, "-c", WORKER, server.base, str(tmp_path), str(SIZE)]
        with subprocess.Popen(command, cwd=Path(__file__).parents[5]) as worker:
            assert waiting.wait(30)
            meanwhile = watch(service("crossref", server.base), "attention", "2026-01-02", "2026-01-31", tmp_path, 20)
            worker.send_signal(signal.SIGKILL)
        end.set()
        asked = service("crossref", server.base)
        resumed = watch(asked, "attention", "2026-01-02", "2026-01-31", tmp_path, 20, sleep=lambda _: None)
        assert meanwhile.reason == "another worker asks"
        assert (resumed.outcome, len(resumed.pages), resumed.requests) == ("done", 8, 9)
        assert len(server.seen) == 9
