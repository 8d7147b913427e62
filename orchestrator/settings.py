"""Settings of one process, read from its environment once. Nothing else in gonogo reads environment variables."""

from __future__ import annotations

import logging
import os
import re
from dataclasses import dataclass
from pathlib import Path

from store.errors import BadInput

_IN_ADDRESSES = re.compile(r"\?|%[0-9A-Fa-f]{2}")


@dataclass(frozen=True)
class Settings:
    """Settings that hold for one process."""

    workspace: Path
    """Folder of the study."""
    lease_s: float = 30.0
    """How long a claim lasts without a sign of life."""
    lock_timeout_s: float = 10.0
    """How long to wait for a log that another process writes to."""
    key: Path | None = None
    """File of the key that signs heads of the log; None where the user has no home to keep one in."""
    cache: Path | None = None
    """Folder of null models that are kept for the next diagnosis; None where the user has no home."""

    @classmethod
    def of(cls, workspace: Path | None) -> Settings:
        """Settings with this workspace, else that of GONOGO_WORKSPACE, else the current folder.

        GONOGO_LEASE_SECONDS changes how long a claim lasts, GONOGO_LOCK_SECONDS how long to wait for a log that another
        process writes to. Raises BadInput when one of them is not a sensible number. GONOGO_KEY names the signing key's
        file, which otherwise lies in the user's configuration. Raises BadInput, too, for a folder in which MLflow would
        not find its database again.
        """
        named = workspace or Path(os.environ.get("GONOGO_WORKSPACE") or ".")
        chosen = _at_home(named)
        if chosen is None:
            raise BadInput(f"workspace {named}: there is no such user with a home folder")
        require_addressable(chosen)
        return cls(
            workspace=chosen,
            lease_s=_seconds("GONOGO_LEASE_SECONDS", cls.lease_s),
            lock_timeout_s=_seconds("GONOGO_LOCK_SECONDS", cls.lock_timeout_s),
            key=_key_file(),
            cache=_cache(),
        )


def require_addressable(path: Path, where: str | None = None) -> None:
    """Raise BadInput for a workspace, or a database, that MLflow would not find again.

    `where` names what is refused, by default the workspace.
    """
    if _IN_ADDRESSES.search(str(path.absolute())):
        raise BadInput(
            f"{where or f'workspace {path}'}: in the address of MLflow's database, ? and % with two hex digits mean "
            "something else; choose another name"
        )


def _key_file() -> Path | None:
    chosen = os.environ.get("GONOGO_KEY")
    home = os.environ.get("XDG_CONFIG_HOME") or "~/.config"
    return _at_home(Path(chosen) if chosen else Path(home) / "gonogo" / "signing.key")


def _cache() -> Path | None:
    return _at_home(Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache") / "gonogo" / "nulls")


def _at_home(path: Path) -> Path | None:
    """The path with ~ or ~name read; None where that user has no home, as in some containers."""
    try:
        return path.expanduser()
    except RuntimeError:
        return None


def _seconds(name: str, default: float) -> float:
    text = os.environ.get(name)
    if not text:
        return default
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0.1 <= seconds <= 86_400:
        raise BadInput(f"{name}={text}: give a number of seconds from 0.1 to 86400")
    return seconds


def quiet_libraries() -> None:
    """Keep libraries from phoning home, from retrying for minutes, and from writing on our progress display.

    Called before any of them is imported; values that the user has set stay.
    """
    logging.getLogger("matplotlib").setLevel(logging.ERROR)  # it tells at length that a home cannot be written
    for name in ("alembic", "mlflow", "sqlalchemy"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # what they have to say comes as an exception
    for name, value in {
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "DO_NOT_TRACK": "true",
        "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
        "MLFLOW_HTTP_REQUEST_TIMEOUT": "5",
        "MLFLOW_LOGGING_LEVEL": "CRITICAL",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_HUB_DISABLE_PROGRESS_BARS": "1",
        "TRANSFORMERS_VERBOSITY": "error",
        "TOKENIZERS_PARALLELISM": "false",
    }.items():
        os.environ.setdefault(name, value)
    if os.environ["TRANSFORMERS_VERBOSITY"] == "error":
        logging.getLogger("transformers").setLevel(logging.ERROR)  # where it was imported before
