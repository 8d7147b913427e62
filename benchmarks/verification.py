"""How long `gonogo verify` takes a thousand figures, and what reading runs from tables saves beside MLflow's client.

`python -m benchmarks.verification [WORKSPACE]`; without one the demo study is run first. A verification is a process of
its own, from its start to its end; so is each reading of the study's runs.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.timing import compared, interleaved

ROUNDS = 5
DEMO = Path(__file__).resolve().parents[1] / "examples" / "demo" / "study.toml"

_VERIFY = "import sys; from orchestrator.cli.main import main; sys.exit(main(['verify', '-w', sys.argv[1]]))"
_TABLES = """
import sys
from orchestrator.tracking.runs import DatabaseRuns
runs = DatabaseRuns(sys.argv[1])
print(sum(len(runs.run(run_id).metrics) for run_id in sys.argv[2:]))
"""
_CLIENT = """
import sys
from mlflow import MlflowClient
client = MlflowClient(tracking_uri=sys.argv[1])
print(sum(len(client.get_run(run_id).data.metrics) for run_id in sys.argv[2:]))
"""


def main(arguments: Sequence[str]) -> int:
    """Print both measurements; 1 when the workspace does not check out, so that there is nothing to time."""
    with tempfile.TemporaryDirectory(prefix="gonogo-benchmark-") as folder:
        workspace = Path(arguments[0]) if arguments else _demo(Path(folder))
        if _python(_VERIFY, workspace).returncode != 0:
            print(f"{workspace} does not check out", file=sys.stderr)
            return 1
        figures = [
            figure for path in workspace.glob("reports/*/*.json") for figure in json.loads(path.read_text())["figures"]
        ]
        runs = sorted({figure["run_id"] for figure in figures if figure["run_id"]})
        uri = f"sqlite:///{workspace.resolve()}/mlflow.db"
        verified, started = interleaved(
            lambda: _python(_VERIFY, workspace), lambda: _python("import orchestrator"), ROUNDS
        )
        tables, client = interleaved(lambda: _python(_TABLES, uri, *runs), lambda: _python(_CLIENT, uri, *runs), ROUNDS)
    per = verified / len(figures) * 1000
    print(f"verify: {verified:.2f} s for {len(figures)} figures, {per:.2f} s per 1,000, of which start {started:.2f} s")
    row = compared(f"read {len(runs)} runs", tables, client, "MlflowClient.get_run", "s")
    print(f"{row.what}: {row.ours}, by {row.peer_is} {row.peer}, ratio {row.ratio:.2f}")
    return 0


def _demo(folder: Path) -> Path:
    """The workspace of the demo study, after its first cycle."""
    shutil.copy(DEMO, folder / "study.toml")
    code = "import sys; from orchestrator.cli.main import main; sys.exit(main(['run', '-w', sys.argv[1]]))"
    done = _python(code, folder)
    if done.returncode not in (0, 3):
        raise SystemExit(done.stderr)
    return folder


def _python(code: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
