"""What the environment says, read once at the edge. Nothing below the command line looks at it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings that hold for one process."""

    workspace: Path
    """Folder of the study."""
    lease_s: float = 30.0
    """How long a claim lasts without a sign of life."""
    patience_s: float = 10.0
    """How long to wait for a log that another process writes to."""

    @classmethod
    def of(cls, workspace: Path | None) -> Settings:
        """Settings with this workspace, else that of GONOGO_WORKSPACE, else the current folder."""
        chosen = workspace or Path(os.environ.get("GONOGO_WORKSPACE") or ".")
        return cls(workspace=chosen.expanduser())


def quiet_libraries() -> None:
    """Keep libraries from phoning home, from retrying for minutes, and from writing on our progress display.

    Called before any of them is imported; values that the user has set stay.
    """
    for name, value in {
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "DO_NOT_TRACK": "true",
        "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
        "MLFLOW_HTTP_REQUEST_TIMEOUT": "5",
        "MLFLOW_LOGGING_LEVEL": "ERROR",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_HUB_DISABLE_PROGRESS_BARS": "1",
        "TRANSFORMERS_VERBOSITY": "error",
        "TOKENIZERS_PARALLELISM": "false",
    }.items():
        os.environ.setdefault(name, value)
