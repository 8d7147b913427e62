"""A whole cycle of a study of CLIP ViT-B-32 on a hundred pairs: measured, tested, logged to MLflow, reported.

Run with `python -m benchmarks.end_to_end`. Beside it stand the figures of a published report of the same size, 3.47 s a
sample for an experiment and 127 ms for a forward pass, on a GPU that it does not name.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from store.kinds import diagnostics_metrics as m

PAIRS = 100
REPORTED_SAMPLE_S, REPORTED_FORWARD_S = 3.47, 0.127

STUDY = f"""
[study]
name = "end-to-end"
question = "What does a cycle take?"
claim = "No claim is made of an untrained model"

[[models]]
id = "vit-b-32"
family = "openclip"
name = "ViT-B-32"
weights = "random"

[data]
source = "shapes"
n = {PAIRS}
captions_per_image = 1

[decision]
metric = "mcs_norm"
threshold = 0.7
at_least = 1
"""


def main() -> int:
    """Run the cycle in a workspace of its own, and print what its log and its MLflow runs say."""
    with tempfile.TemporaryDirectory(prefix="gonogo-benchmark-") as folder:
        workspace = Path(folder)
        (workspace / "study.toml").write_text(STUDY, encoding="utf-8")
        begin = time.perf_counter()
        gonogo("run", "--workspace", folder)
        taken = time.perf_counter() - begin
        board = json.loads(gonogo("board", "--workspace", folder, "--json"))
        checked = json.loads(gonogo("verify", "--workspace", folder, "--json"))
    for task in board["tasks"]:
        print(f"{task['kind']:<12} {task['status']:<10} {task['duration_s']:>8.1f} s")
    measured = _evidence(board, "diagnostic")
    print(f"\n{'':<34} {'here':>10} {'reported':>10} {'ratio':>7}")
    _line("seconds a sample, all included", taken / PAIRS, REPORTED_SAMPLE_S)
    _line("seconds a forward pass, plain", measured[m.LATENCY.key()], REPORTED_FORWARD_S)
    _line("seconds a forward pass, tapped", measured[m.LATENCY_TAPPED.key()], REPORTED_FORWARD_S)
    print(f"\n{checked['figures']['checked']} figures of {checked['events']} events check out: {checked['ok']}")
    return 0


def _line(what: str, here: float, reported: float) -> None:
    print(f"{what:<34} {here:>10.4f} {reported:>10.4f} {here / reported:>7.3f}")


def _evidence(board: dict[str, Any], kind: str) -> dict[str, float]:
    (task,) = (task for task in board["tasks"] if task["kind"] == kind)
    return {item["metric"]: item["value"] for item in task["evidence"]}


def gonogo(*arguments: str) -> str:
    """Run a command in a process of its own, and give what it prints; 3, a question to a human, is a good end."""
    code = "import sys; from orchestrator.cli.main import main; sys.exit(main(sys.argv[1:]))"
    given = [sys.executable, "-c", code, *arguments]
    done = subprocess.run(given, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 3):
        raise SystemExit(f"gonogo {arguments[0]} ended with {done.returncode}: {done.stderr.strip()}")
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
