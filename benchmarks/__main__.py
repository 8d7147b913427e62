"""Runs every benchmark and prints one table: ours, the peer's, and the ratio of their medians."""

from __future__ import annotations

import platform
import sys

from benchmarks import attention, bootstrap, diagnosing, drafting, literature_library, literature_matching, log, start
from benchmarks.timing import Row

SUITES = {
    "start": start.rows,
    "log": log.rows,
    "attention": attention.rows,
    "diagnosing": diagnosing.rows,
    "bootstrap": bootstrap.rows,
    "drafting": drafting.rows,
    "literature_matching": literature_matching.rows,
    "literature_library": literature_library.rows,
}


def main(names: list[str]) -> int:
    """Run the suites named, or all of them."""
    unknown = [name for name in names if name not in SUITES]
    if unknown:
        print(f"there is no benchmark {unknown[0]!r}; choose from: {', '.join(SUITES)}", file=sys.stderr)
        return 2
    print(f"Python {platform.python_version()}, {platform.machine()}; medians, ours : peer\n")
    print(f"{'what':<46} {'ours':>12} {'peer':>12} {'ratio':>7}  peer is")
    for name in names or SUITES:
        for row in SUITES[name]():
            _show(row)
    return 0


def _show(row: Row) -> None:
    print(f"{row.what:<46} {row.ours:>12} {row.peer:>12} {row.ratio:>7.2f}  {row.peer_is}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
