"""Guards our five package names: `agents` and others like it are names that other distributions use too."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

PACKAGES = ("store", "agents", "tasks", "orchestrator", "templates")


def foreign_package() -> str | None:
    """One line about the first of our packages that Python would import from elsewhere; None when all are ours."""
    home = Path(__file__).resolve().parents[1]
    for name in PACKAGES:
        spec = find_spec(name)
        origin = Path(spec.origin).resolve() if spec and spec.origin else None
        if origin != home / name / "__init__.py":
            return (
                f"the package {name!r} would be imported from {origin}, which is not gonogo's; "
                "install gonogo in an environment of its own"
            )
    return None
