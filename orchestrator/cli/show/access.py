"""Prints whether the weights of models can be had: a table, no wider than 80 columns where it has no terminal."""

from __future__ import annotations

from datetime import date
from typing import Any

from rich.console import Console
from rich.table import Table

from store.registry import DTYPES, UNKNOWN, Model, Release

_BILLION, _MILLION, _GIB = 1e9, 1e6, 2**30


def show_access(rows: tuple[tuple[Model, Release], ...], today: date, horizon: int) -> None:
    """Print one line per release; one that was looked up more than `horizon` days ago says so.

    For one release alone every fact is shown, none of them cut.
    """
    console = Console(highlight=False)
    width = None if console.is_terminal else 80
    if len(rows) == 1:
        _show_one(console, rows[0], today, horizon)
        return
    table = Table(box=None, pad_edge=False)
    for name in ("model", "weights", "licence"):
        table.add_column(name, overflow="fold")
    for name in ("parameters", "float32"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("as of", no_wrap=True)
    for _, release in rows:
        table.add_row(
            release.name,
            release.access,
            release.licence,
            counted(release),
            memory_of(release),
            _as_of(release, today, horizon),
        )
    console.print(table, width=width)


def _show_one(console: Console, row: tuple[Model, Release], today: date, horizon: int) -> None:
    model, release = row
    shown = {
        "model": release.name,
        "family": model.name,
        "architecture": f"{model.architecture} ({model.source})",
        "weights": release.access,
        "where": release.where or "nowhere",
        "licence": release.licence,
        "variant": release.variant,
        "parameters": counted(release),
        "memory": f"{memory_of(release)} in float32, {memory_of(release, half=True)} in bfloat16, without activations",
        "source": release.source,
        "as of": _as_of(release, today, horizon),
    }
    for name, value in shown.items():
        console.print(f"{name:<13} {value}", soft_wrap=True, markup=False)


def counted(release: Release) -> str:
    """The number of parameters, with a unit; `about` where it was not counted."""
    if release.parameters is None:
        return "unknown"
    number = release.parameters
    if not release.exact:
        return f"~{number / _BILLION:.3g} B"
    return f"{number / _BILLION:.2f} B" if number >= _BILLION else f"{number / _MILLION:.0f} M"


def memory_of(release: Release, half: bool = False) -> str:
    """What the weights take, in GiB."""
    taken = release.memory("bfloat16" if half else "float32")
    return "unknown" if taken is None else f"{taken / _GIB:.1f} GiB"


def _as_of(release: Release, today: date, horizon: int) -> str:
    return f"{release.as_of}{' (old)' if release.is_older_than(horizon, today) else ''}"


def access_json(rows: tuple[tuple[Model, Release], ...], today: date, horizon: int) -> dict[str, Any]:
    """The same as a document; what is not known is null, and memory is in bytes."""
    return {
        "schema": "gonogo.models.access/1",
        "horizon_days": horizon,
        "models": [
            {
                "model": release.name,
                "family": model.name,
                "architecture": model.architecture,
                "architecture_source": model.source,
                "weights": release.access,
                "where": _known(release.where),
                "licence": _known(release.licence),
                "variant": _known(release.variant),
                "parameters": release.parameters,
                "counted": release.exact,
                "memory": {dtype: release.memory(dtype) for dtype in DTYPES},
                "source": release.source,
                "as_of": str(release.as_of),
                "age_days": release.age(today),
                "old": release.is_older_than(horizon, today),
                "families": list(release.families),
            }
            for model, release in rows
        ],
    }


def _known(text: str) -> str | None:
    return None if text in ("", UNKNOWN) else text
