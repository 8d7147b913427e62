"""Fetches models that others trained, diagnoses them, prints the page, and writes it to `benchmarks/trained.md`."""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.trained.measuring import heads_of, measured
from benchmarks.trained.models import BY_NAME, MODELS
from benchmarks.trained.page import Row, page
from store.errors import GonogoError

PAGE = Path(__file__).resolve().parent.parent / "trained.md"


def main(arguments: list[str]) -> int:
    """Run what is asked for."""
    asked = _options().parse_args(arguments)
    logging.disable(logging.WARNING)
    names = asked.models.split(",") if asked.models else list(BY_NAME)
    if unknown := [name for name in names if name not in BY_NAME]:
        print(f"no such model: {', '.join(unknown)}; there are {', '.join(BY_NAME)}", file=sys.stderr)
        return 2
    command = "python -m benchmarks.trained" + (f" --models {asked.models}" if asked.models else "")
    started = time.monotonic()

    def tell(words: str) -> None:
        print(f"{time.monotonic() - started:6.0f} s  {words}", file=sys.stderr, flush=True)

    with tempfile.TemporaryDirectory(prefix="gonogo-trained-") as scratch:
        folder = (asked.keep or Path(scratch)).resolve()
        rows = []
        try:
            for name in names:
                states = measured(BY_NAME[name], folder, tell, asked.again)
                rows.append(Row(BY_NAME[name], states, heads_of(BY_NAME[name], folder, states[0], asked.again)))
        except GonogoError as error:
            print(f"benchmarks.trained: {error}", file=sys.stderr)
            return 1
    text = page(rows, command)
    if set(names) == set(BY_NAME):
        PAGE.write_text(text, encoding="utf-8")
        tell(f"written to {PAGE}")
    print(text)
    return 0


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.trained", description=__doc__)
    known = ", ".join(model.name for model in MODELS)
    parser.add_argument("--models", metavar="A,B", help=f"these alone, of {known}; nothing is written then")
    parser.add_argument(
        "--keep", type=Path, metavar="DIR", help="keep packages and what was measured there, and take it from there"
    )
    parser.add_argument("--again", action="store_true", help="measure again what was measured there before")
    return parser


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
