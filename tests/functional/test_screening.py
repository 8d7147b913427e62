"""Screening at a terminal: fifty decisions by keys, killed in between; none is lost, none is made twice."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest
from rich.cells import cell_len

from orchestrator.settings import Settings
from orchestrator.usecases.record import read_board
from store.queries.literature import flow

from .conftest import Gonogo

pytestmark = pytest.mark.slow

TITLES = (
    "Attention collapse in {}",
    "الانتباه في نماذج الرؤية واللغة {}",
    "视觉语言模型中的注意力塌缩 {}",
    "🔥 Emoji 👩‍🔬 and attention {}",
)
SYLLABLES = ("bor", "cal", "dim", "fex", "gup", "hin", "jol", "kra")
PATIENCE_S = 120.0
"""Until a screen is shown: loading libraries takes seconds, and more where the machine is busy."""


class Screener:
    """`gonogo literature screen` at a terminal of a given size."""

    def __init__(self, study: Path, columns: int, rows: int, *options: str) -> None:
        self.shown = ""
        self._read = 0
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        environment = {**os.environ, "COLUMNS": str(columns), "LINES": str(rows), "NO_COLOR": "1", "TERM": "dumb"}
        command = [sys.executable, "-m", "orchestrator.cli", "literature", "screen", "--as", "Ada", "-w", str(study)]
        self.process = subprocess.Popen(
            [*command, *options], stdin=slave, stdout=slave, stderr=slave, env=environment, start_new_session=True
        )
        os.close(slave)

    def until(self, pattern: str) -> str:
        """What was shown since the last call, up to the end of the pattern."""
        end = time.monotonic() + PATIENCE_S
        while not (found := re.compile(pattern).search(self.shown, self._read)):
            ready, _, _ = select.select([self.master], [], [], max(0.0, end - time.monotonic()))
            assert ready, f"{pattern} was not shown: {self.shown[-500:]}"
            try:
                data = os.read(self.master, 65536)
            except OSError:
                data = b""
            assert data, f"the screen ended before {pattern}: {self.shown[-500:]}"
            self.shown += data.decode("utf-8", "replace")
        text, self._read = self.shown[self._read : found.end()], found.end()
        return text

    def press(self, keys: str) -> None:
        os.write(self.master, keys.encode())

    def next(self) -> str:
        """Id of the work that is shown now."""
        text = self.until(r"\[\?\]these")
        return re.findall(r"── ([0-9a-f]{8}\.\d+)", text)[-1]

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        os.close(self.master)

    def quit(self) -> str:
        self.press("q")
        text = self.until("goes on from here")
        self.process.wait(PATIENCE_S)
        os.close(self.master)
        assert self.process.returncode == 0
        return text


def word(n: int) -> str:
    return "".join(SYLLABLES[(n // 8**place + 3 * place) % 8] for place in range(4))


@pytest.fixture
def library(gonogo: Gonogo, tracked: Path, tmp_path: Path) -> Path:
    records = [
        f"TY  - JOUR\nTI  - {TITLES[n % 4].format(word(n))}\nAU  - {word(n).title()}, A.\nPY  - 2020\n"
        f"AB  - {'collapse ' * (n % 3)}{'words that say more of it ' * 40}\nER  - \n"
        for n in range(60)
    ]
    file = tmp_path / "many.ris"
    file.write_text("".join(records), encoding="utf-8")
    assert gonogo("literature", "import", file, "-w", tracked).code == 0
    return tracked


def decisions(study: Path) -> dict[str, str]:
    library = read_board(Settings.of(study)).library
    return {
        record: by["Ada"].screening.verdict
        for (_, record), by in library.decisions.items()
        if by.get("Ada") is not None
    }


def test_fifty_decisions_killed_in_between(library: Path) -> None:
    sure: dict[str, str] = {}
    """Decided, and the next work was shown: so it is kept."""
    for columns, rows, count, ending in ((80, 24, 12, "kill"), (40, 12, 13, "kill at once"), (80, 24, 25, "quit")):
        screen = Screener(library, columns, rows)
        work = screen.next()
        for number in range(count):
            key, verdict = (("i", "include"), ("e1\n", "exclude"), ("l", "later"))[number % 3]
            screen.press(key[0])
            if key[0] == "e":
                screen.until("empty: back")
                screen.press(key[1:])
            if ending == "kill at once" and number == count - 1:
                break
            following = screen.next()
            sure[work] = verdict
            work = following
        if ending == "quit":
            assert "decided in this sitting" in screen.quit()
        else:
            screen.kill()
        assert "\x1b[3" not in screen.shown, "no colour is needed"
        for line in screen.shown.replace("\r", "").split("\n"):
            assert cell_len(line) <= max(columns, 60), line
        kept = decisions(library)
        assert {record: kept[record] for record in sure} == sure
        assert len(kept) <= len(sure) + 1, "one more where it was killed between a decision and the next work"
    board = read_board(Settings.of(library))
    assert flow(board).screened >= 33
    assert len(sure) == 49


def test_a_decision_is_taken_back_and_that_is_a_decision_too(library: Path) -> None:
    screen = Screener(library, 80, 24)
    first = screen.next()
    screen.press("i")
    second = screen.next()
    assert second != first
    screen.press("u")
    assert screen.next() == first, "what was taken back is shown again"
    assert decisions(library) == {first: "undo"}
    screen.press("k")
    screen.next()
    screen.quit()
    assert decisions(library) == {first: "include"}
    assert flow(read_board(Settings.of(library))).key == 1
