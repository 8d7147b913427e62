"""Runs the benchmark of planted collapse, prints its page, and writes it to `benchmarks/planted.md`."""

from __future__ import annotations

import argparse
import logging
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

from benchmarks.planted.false_alarms import false_alarms
from benchmarks.planted.lengths import Measured, lengths
from benchmarks.planted.page import page
from benchmarks.planted.results import Results
from benchmarks.planted.sweep import Case, Sweep, Tell, sweep
from orchestrator.cli.show.progress import Bar

ZOO = ("openclip:shapes-clip@zoo", "blip:shapes-blip@zoo", "llava:shapes-llava@zoo", "idefics:shapes-idefics@zoo")
TINY = ("clip:tiny@random", "blip:tiny@random", "llava:tiny@random")
LARGE = "openclip:ViT-B-32@random"
PAGE = Path(__file__).resolve().parent.parent / "planted.md"
RUNS = 200


def main(arguments: list[str]) -> int:
    """Run what is asked for."""
    asked = _options().parse_args(arguments)
    _quiet()
    parts = asked.parts or list(PARTS)
    results = Results(_command(asked))
    with Bar() as progress:
        for part in parts:
            PARTS[part](results, asked, progress.advance)
    text = page(results)
    print(text)
    out = asked.out or (PAGE if not (asked.quick or asked.parts) else None)
    if out is not None:
        out.write_text(text, encoding="utf-8")
        print(f"written to {out}", file=sys.stderr)
    return 0


def _untrained(results: Results, asked: argparse.Namespace, tell: Tell) -> None:
    results.untrained = Sweep()
    for locator in ZOO[:1] if asked.quick else ZOO:
        case = Case(locator, planted=1, unplanted=5, taus=(2, 8)) if asked.quick else Case(locator)
        results.untrained.join(sweep(case, tell))


def _large(results: Results, asked: argparse.Namespace, tell: Tell) -> None:
    case = Case(LARGE, planted=2, unplanted=6, sets=1, layers=(0, 11), heads=(5,))
    if asked.quick:
        case = Case(LARGE, planted=1, unplanted=2, sets=1, layers=(0,), heads=(5,), taus=(8,))
    results.large = sweep(case, tell, asked.cache)


def _trained(results: Results, asked: argparse.Namespace, tell: Tell) -> None:
    results.trained = Sweep()
    for locator in ZOO[:1] if asked.quick else ZOO:
        case = Case(locator, trained=True, planted=3, unplanted=10, sets=13)
        if asked.quick:
            case = Case(locator, trained=True, planted=1, unplanted=4, sets=5, taus=(2, 8))
        results.trained.join(sweep(case, tell))


def _alarms(results: Results, asked: argparse.Namespace, tell: Tell) -> None:
    for locator in TINY[:1] if asked.quick else TINY:
        results.alarms[locator] = false_alarms(locator, 20 if asked.quick else asked.runs, tell)


def _lengths(results: Results, asked: argparse.Namespace, tell: Tell) -> None:
    small = [Measured(TINY[0], 40, 40, 40), Measured(ZOO[0], 40, 40, 40), Measured(ZOO[0], 0, 40, 40)]
    asked_for = [Measured(TINY[0], 4, 4, 10)] if asked.quick else [Measured(LARGE, 8, 8, 8), *small]
    results.lengths = [lengths(measured, tell) for measured in asked_for]


PARTS: dict[str, Callable[[Results, argparse.Namespace, Tell], None]] = {
    "untrained": _untrained,
    "large": _large,
    "trained": _trained,
    "alarms": _alarms,
    "lengths": _lengths,
}


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.planted", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"only some of: {', '.join(PARTS)}")
    parser.add_argument("--quick", action="store_true", help="a little of everything, written nowhere")
    parser.add_argument(
        "--runs", type=int, default=RUNS, help="null A/A runs of each architecture (default: %(default)s)"
    )
    parser.add_argument("--out", type=Path, help=f"where to write the page (default: {PAGE.name}, when all is run)")
    parser.add_argument(
        "--cache", type=Path, help="folder in which the nulls of the large model are kept for next time"
    )
    return parser


def _command(asked: argparse.Namespace) -> str:
    """What has to be typed for the same numbers."""
    said = ["python -m benchmarks.planted", *(["--quick"] if asked.quick else [])]
    said += [f"--runs {asked.runs}"] if asked.runs != RUNS else []
    return " ".join([*said, *asked.parts])


def _quiet() -> None:
    logging.disable(logging.WARNING)  # that there are no pretrained weights is meant
    warnings.filterwarnings("ignore")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
