"""Trains members, diagnoses them, prints the page, and writes it to `benchmarks/validity.md`."""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.validity.members import SETTINGS, Row, Setting, measured
from benchmarks.validity.page import page

PAGE = Path(__file__).resolve().parent.parent / "validity.md"


def main(arguments: list[str]) -> int:
    """Run what is asked for."""
    asked = _options().parse_args(arguments)
    logging.disable(logging.WARNING)
    settings = [Setting("dual", 8, "shapes", 2, 1)] if asked.quick else list(SETTINGS[: asked.settings])
    command = "python -m benchmarks.validity" + (" --quick" if asked.quick else f" --settings {len(settings)}")
    started = time.monotonic()

    def tell(words: str) -> None:
        print(f"{time.monotonic() - started:6.0f} s  {words}", file=sys.stderr, flush=True)

    with tempfile.TemporaryDirectory(prefix="gonogo-validity-") as scratch:
        rows: list[Row] = []
        text = ""
        for found in measured(settings, (asked.keep or Path(scratch)).resolve(), asked.processes, tell):
            rows += found
            text = page(rows, command)
            if not asked.quick:
                PAGE.write_text(text, encoding="utf-8")
                tell(f"written to {PAGE}")
    print(text)
    return 0


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.validity", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a few members of one architecture; nothing is written")
    parser.add_argument(
        "--settings",
        type=int,
        default=len(SETTINGS),
        metavar="N",
        help="the first N settings alone; a quarter of an hour each",
    )
    parser.add_argument("--keep", type=Path, metavar="DIR", help="keep what was trained there, and take it from there")
    parser.add_argument("--processes", type=int, default=2, help="members that are trained at once")
    return parser


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
