"""Runs every calibration, shows what is met, and writes benchmarks/calibration.md."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.calibration import across, cycles, gate_rule, means, sequential
from benchmarks.calibration.rows import Calibration, Row, rows
from benchmarks.calibration.running import ROOT, digest, run
from benchmarks.calibration.table import line, markdown

SUITES: dict[str, tuple[str, Callable[[], tuple[Calibration, ...]]]] = {
    "gate": ("The GO rule at one look", gate_rule.calibrations),
    "means": ("Tests and intervals of one mean", means.calibrations),
    "across": ("One mean over models that share images", across.calibrations),
    "looks": ("Looks at growing data", sequential.calibrations),
    "cycles": ("A study of ten scheduled cycles", cycles.calibrations),
}
"""By name: a title, and what makes the calibrations. A new suite is one line here and one module beside this one."""

SEED = 1
KEPT = ROOT / ".calibration"
"""Finished batches, so that a run that was stopped goes on. May be removed at any time."""


def main(arguments: Sequence[str]) -> int:
    """Run the suites named, or all of them, in which case the document is written. 1 when a bound is not met."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.calibration", description=__doc__)
    parser.add_argument("suites", nargs="*", metavar="suite", help=f"some of: {', '.join(SUITES)}; all by default")
    parser.add_argument("--seed", type=int, default=SEED, help="of all randomness (default: %(default)s)")
    asked = parser.parse_args(arguments)
    unknown = [name for name in asked.suites if name not in SUITES]
    if unknown:
        print(f"there is no suite {unknown[0]!r}; choose from: {', '.join(SUITES)}", file=sys.stderr)
        return 2
    found = {SUITES[name][0]: calibrate(SUITES[name][1](), asked.seed, KEPT) for name in asked.suites or SUITES}
    for row in (row for made in found.values() for row in made):
        print(line(row))
    if not asked.suites:
        command = f"python -m benchmarks.calibration --seed {asked.seed}"
        (ROOT / "benchmarks" / "calibration.md").write_text(markdown(found, command, digest()), encoding="utf-8")
    missed = [row for made in found.values() for row in made if row.met == "no"]
    for row in missed:
        print(f"not met: {row.name}", file=sys.stderr)
    return 1 if missed else 0


def calibrate(calibrations: Sequence[Calibration], seed: int, kept: Path) -> list[Row]:
    """Run them one after another, with a bar on standard error."""
    from rich.console import Console
    from rich.progress import Progress

    made: list[Row] = []
    with Progress(console=Console(stderr=True)) as progress:
        bar = progress.add_task("", total=sum(calibration.studies for calibration in calibrations))
        for calibration in calibrations:
            progress.update(bar, description=calibration.name[:60])
            made += rows(calibration, run(calibration, seed, kept, lambda done: progress.advance(bar, done)))
    return made


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
