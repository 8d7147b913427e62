"""Runs calibrations batch by batch, and keeps what is done, so that a run that stops goes on where it was."""

from __future__ import annotations

import ast
import hashlib
import inspect
import json
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import numpy as np

from benchmarks.calibration.rows import Calibration, Sums, sums

ROOT = Path(__file__).resolve().parents[2]
COMMON = ("tasks/statistics/*.py", "agents/assessment/*.py", "benchmarks/calibration/studies.py")
"""What every calibration rests on, beside the module that it is written in."""

Progress = Callable[[int], None]
"""Called with the number of studies that were done just now."""


def run(calibration: Calibration, seed: int, kept: Path, progress: Progress = lambda _: None) -> Sums:
    """The sums of all studies of the calibration. Batches that `kept` holds, for this code and seed, are not run again.

    Each batch has a stream of randomness of its own, made of the seed, the name of the calibration and the batch, so
    that a run that was interrupted gives the same as one that was not.
    """
    whole: Sums | None = None
    for number, studies in _batches(calibration):
        path = kept / f"{_key(calibration, seed, number)}.json"
        part = _read(path)
        if part is None:
            part = sums(calibration.simulate(_generator(calibration, seed, number), studies))
            _write(path, part, calibration)
        whole = part if whole is None else whole + part
        progress(studies)
    if whole is None:
        raise ValueError(f"calibration {calibration.name!r} has no studies")
    return whole


def _batches(calibration: Calibration) -> Iterator[tuple[int, int]]:
    for number, first in enumerate(range(0, calibration.studies, calibration.batch)):
        yield number, min(calibration.batch, calibration.studies - first)


def _generator(calibration: Calibration, seed: int, batch: int) -> np.random.Generator:
    name = int.from_bytes(hashlib.sha256(calibration.name.encode()).digest()[:8], "big")
    return np.random.default_rng(np.random.SeedSequence([seed, name, batch]))


def _key(calibration: Calibration, seed: int, batch: int) -> str:
    said = [
        calibration.name,
        [name for name, _ in calibration.rows],
        calibration.studies,
        calibration.batch,
        seed,
        batch,
    ]
    module = Path(inspect.getsourcefile(calibration.simulate) or __file__)
    return hashlib.sha256(json.dumps([*said, _code(module)]).encode()).hexdigest()[:32]


def digest() -> str:
    """Of all code that calibrations rest on, comments and docstrings apart."""
    return _code(*sorted(Path(__file__).parent.glob("*.py")))[:16]


@cache
def _code(*modules: Path) -> str:
    """Digest of all code that the calibration rests on. Comments and docstrings may change without new simulations."""
    paths = sorted({*modules, *(path for pattern in COMMON for path in ROOT.glob(pattern))})
    return hashlib.sha256("\0".join(_bare(path.read_text(encoding="utf-8")) for path in paths).encode()).hexdigest()


def _bare(text: str) -> str:
    """The code without what is no code."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            node.body = [
                line for line in node.body if not (isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant))
            ]
    return ast.dump(tree)


def _read(path: Path) -> Sums | None:
    if not path.exists():
        return None
    held = json.loads(path.read_text(encoding="utf-8"))
    return Sums(held["studies"], np.array(held["total"]), np.array(held["squares"]), tuple(held["rates"]))


def _write(path: Path, part: Sums, calibration: Calibration) -> None:
    """Whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    held = {
        "calibration": calibration.name, "studies": part.studies, "total": part.total.tolist(),
        "squares": part.squares.tolist(), "rates": list(part.rates),
    }  # fmt: skip
    draft = path.with_suffix(".draft")
    draft.write_text(json.dumps(held, ensure_ascii=False), encoding="utf-8")
    draft.replace(path)
