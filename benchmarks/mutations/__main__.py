"""Changes one bound number of a real report at a time, a thousand times, and counts who catches it.

`python -m benchmarks.mutations [MUTATIONS] [SEED] [--workspace W]`. Without a workspace the demo study is run first; a
workspace that is given is copied, and left as it is. Then the auditor reads the reports of clean, invented studies.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from benchmarks.end_to_end import gonogo
from benchmarks.mutations.changes import KINDS
from benchmarks.mutations.clean import clean_reports
from benchmarks.mutations.judges import Caught, Judges, Mutation, audits, mutations
from benchmarks.mutations.places import PARTS

MUTATIONS, SEED, STUDIES, WHOLE = 1_000, 1, 200, 8
VERIFY_GOAL, AUDIT_GOAL = 0.99, 0.40
DEMO = Path(__file__).resolve().parents[2] / "examples" / "demo" / "study.toml"

Tried = list[tuple[Mutation, Caught]]


def main(arguments: Sequence[str]) -> int:
    """Print the tables; 1 when a goal is missed or a clean report raises an alarm."""
    given = _parser().parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="gonogo-mutations-") as folder:
        root = Path(folder) / "workspace"
        if given.workspace is None:
            gonogo("init", str(root), "--from", str(DEMO))
            gonogo("run", "--workspace", str(root))
        else:
            shutil.copytree(given.workspace, root)
        judges = Judges(root)
        contents = judges.contents()
        for name, content in contents.items():
            if not (judges.of_file(name, content).ok and audits(name, content)):
                raise SystemExit(f"{name} does not check out as it is; take a workspace that this version rendered")
        tried = [(each, judges.caught(each)) for each in mutations(contents, given.mutations, given.seed)]
        shares = show(tried, given.seed)
        agree = _agreement(judges, [mutation for mutation, _ in tried])
    alarms = _clean(given.studies)
    return 0 if shares[0] >= VERIFY_GOAL and shares[1] >= AUDIT_GOAL and agree and not alarms else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.mutations", description=__doc__)
    parser.add_argument("mutations", type=int, nargs="?", default=MUTATIONS)
    parser.add_argument("seed", type=int, nargs="?", default=SEED)
    parser.add_argument("--workspace", type=Path, help="one with a report; the demo is run where it is left out")
    parser.add_argument("--studies", type=int, default=STUDIES, help=f"clean ones; {STUDIES} by default")
    return parser


def show(tried: Tried, seed: int) -> tuple[float, float]:
    """Print who caught how much, by file, change and part of the file; give the shares of verify and of the auditor."""
    print(f"{len(tried)} changes of one bound number, seed {seed}\n")
    _table("file", tried, sorted({each.file for each, _ in tried}), lambda each: each.file)
    _table("change", tried, KINDS, lambda each: each.kind)
    _table("where", tried, PARTS, lambda each: each.part)
    print(
        "figures alone: those of the JSON, had the digest in the log been forged. The auditor reads JSON as plain text."
    )
    read = [caught.audit for each, caught in tried if not each.file.endswith(".json")]
    print(f"audit alone, of the files that are made to be read: {sum(read)} of {len(read)}\n")
    every = [caught for _, caught in tried]
    return sum(each.verify for each in every) / len(every), sum(each.audit for each in every) / len(every)


def _table(what: str, tried: Tried, rows: Iterable[str], of: Callable[[Mutation], str]) -> None:
    counts: Counter[tuple[str, str]] = Counter()
    for each, caught in tried:
        for row in (of(each), "all"):
            counts[row, "tried"] += 1
            counts[row, "in full"] += caught.figures is not None
            counts.update({(row, "verify"): caught.verify, (row, "figures"): bool(caught.figures)})
            counts[row, "audit"] += caught.audit
    print(f"{what:<38} {'tried':>6} {'verify':>7} {'figures alone':>15} {'audit alone':>12}")
    for row in (*rows, "all"):
        full = f"{counts[row, 'figures']} of {counts[row, 'in full']}" if counts[row, "in full"] else "–"
        print(f"{row:<38} {counts[row, 'tried']:>6} {counts[row, 'verify']:>7} {full:>15} {counts[row, 'audit']:>12}")
    print()


def _agreement(judges: Judges, tried: list[Mutation]) -> bool:
    """Whether the whole of verify says the same as its check of the one file, on a sample."""
    sample = tried[:: max(1, len(tried) // WHOLE)][:WHOLE]
    same = [judges.whole(each).bad == judges.of_file(each.file, each.content).bad for each in sample]
    clean = judges.whole().ok
    print(f"gonogo verify, run whole on {len(sample)} of them: {sum(same)} times the same; of the unchanged: {clean}\n")
    return clean and all(same)


def _clean(studies: int) -> int:
    """How many alarms clean reports raise."""
    files = list(clean_reports(studies))
    alarms = [(each, alarm) for each in files for alarm in each.alarms]
    for each, alarm in alarms:
        print(f"study {each.study}, {each.file}:{alarm.line} {alarm.check}: {alarm.computation}")
    checked = sum(each.consistent for each in files)
    print(f"{studies} clean studies, {len(files)} files, {checked} findings of what agrees: {len(alarms)} alarms")
    return len(alarms)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
