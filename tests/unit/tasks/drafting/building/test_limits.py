"""A build that takes too much is ended, with all that it has started."""

from __future__ import annotations

import signal
import struct
import subprocess
import sys
import time
import zlib
from pathlib import Path
from uuid import uuid4

import pytest

from tasks.drafting.building.latex import build_latex
from tasks.drafting.building.limits import Limits

from .conftest import EPOCH, Make, needs_latex

pytestmark = [needs_latex, pytest.mark.slow]

ENDLESS = r"\loop\iftrue\repeat"
LONG = 600.0


def running(name: str) -> list[int]:
    """Processes whose command names `name`."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if name.encode() in path.read_bytes():
                found.append(int(path.parent.name))
        except OSError:
            continue
    return found


def gone(name: str) -> bool:
    until = time.monotonic() + LONG
    while running(name) and time.monotonic() < until:
        time.sleep(0.05)
    return not running(name)


def endless(folder: Path, loop: str = ENDLESS) -> str:
    name = f"endless-{uuid4().hex}.tex"
    (folder / name).write_text(f"\\documentclass{{article}}\\begin{{document}}{loop}\\end{{document}}")
    return name


@pytest.mark.parametrize("loop", [ENDLESS, r"\def\x{\x}\x"])
def test_an_endless_loop_is_ended_and_leaves_no_process(folder: Path, walls: str, loop: str) -> None:
    name = endless(folder, loop)
    built = build_latex(folder, EPOCH, Limits(seconds=2), name)
    assert built.pdf is None
    assert built.error == "pdflatex took longer than 2 s"
    assert not running(name)


SCRIPT = """
import sys
from pathlib import Path
from tasks.drafting.building import guards
from tasks.drafting.building.latex import build_latex
from tasks.drafting.building.limits import Limits
if sys.argv[3] != "bubblewrap":
    guards.bubblewrap = lambda: ""
build_latex(Path(sys.argv[1]), 1, Limits(seconds=3000), sys.argv[2])
"""


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL, signal.SIGTERM])
def test_a_build_that_is_broken_off_leaves_no_process(folder: Path, walls: str, how: signal.Signals) -> None:
    name = endless(folder)
    command = [sys.executable, "-c", SCRIPT, str(folder), name, walls]
    with subprocess.Popen(command, cwd=Path(__file__).parents[5], stderr=subprocess.DEVNULL) as worker:
        until = time.monotonic() + LONG
        while not _tex(name) and time.monotonic() < until:
            time.sleep(0.05)
        assert _tex(name)
        worker.send_signal(how)
        worker.wait(LONG)
    assert gone(name)


def _tex(name: str) -> list[int]:
    found = []
    for pid in running(name):
        try:
            if Path(f"/proc/{pid}/comm").read_text().strip() == "pdflatex":
                found.append(pid)
        except OSError:
            continue
    return found


@pytest.mark.parametrize(
    ("body", "limits", "error"),
    [
        (r"\loop\iftrue x\newpage\repeat", Limits(LONG, file_bytes=300_000), "wrote a file of more than 300000"),
        (r"\loop\iftrue x\newpage\repeat", Limits(LONG, folder_bytes=300_000), "wrote more than 300000 bytes in all"),
        (r"\loop\iftrue\message{xxxxxxxx}\repeat", Limits(LONG, file_bytes=300_000), "wrote a file of more than"),
        (r"\def\a{x}\loop\iftrue\edef\a{\a\a}\repeat", Limits(LONG), "TeX capacity exceeded"),
        (r"\def\a{\a\a}\a", Limits(LONG), "TeX capacity exceeded"),
        (
            r"\newcount\n\newwrite\w\loop\iftrue\advance\n1 \immediate\openout\w=f\the\n.txt \repeat",
            Limits(LONG, files=100),
            "wrote more than 100 files",
        ),
    ],
)
def test_a_paper_that_grows_without_end_is_ended(make: Make, body: str, limits: Limits, error: str) -> None:
    built = make(body, limits=limits)
    assert built.pdf is None
    assert error in built.error


def interlaced(side: int) -> bytes:
    """A black picture that has to be in memory as a whole, and has a thousandth of that as a file."""
    packed = zlib.compressobj(1)
    data = [
        packed.compress(b"\0" * (1 + -(-(side - x) // dx)))
        for x, y, dx, dy in (
            (0, 0, 8, 8),
            (4, 0, 8, 8),
            (0, 4, 4, 8),
            (2, 0, 4, 4),
            (0, 2, 2, 4),
            (1, 0, 2, 2),
            (0, 1, 1, 2),
        )
        for _ in range(-(-(side - y) // dy))
    ]
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 1)),
        (b"IDAT", b"".join([*data, packed.flush()])),
        (b"IEND", b""),
    )
    chunks = (struct.pack(">I", len(d)) + n + d + struct.pack(">I", zlib.crc32(n + d)) for n, d in parts)
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def test_a_picture_that_fills_memory_is_refused(folder: Path, make: Make) -> None:
    graphics, limits = r"\usepackage{graphicx}", Limits(LONG, memory_bytes=240 << 20)
    (folder / "small.png").write_bytes(interlaced(80))
    assert make(r"\includegraphics[width=1cm]{small.png}", graphics, limits).pdf is not None
    (folder / "large.png").write_bytes(interlaced(16_000))
    built = make(r"\includegraphics[width=1cm]{large.png}", graphics, limits)
    assert built.pdf is None
    assert "needed more than 251658240 bytes of memory" in built.error
