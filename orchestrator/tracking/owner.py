"""Whose the experiments of an MLflow store are: each holds the runs of one workspace of one log.

Several logs may share a store, of studies with one name; so may copies of a workspace, which have one log up to where
they were copied, and then go ways of their own.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from orchestrator.workspace import Workspace
from store.errors import GonogoError
from store.log.opening import SQLITE, open_log

LOG = "gonogo.log"
"""Tag of runs and experiments: the hash of the first event of the log that they belong to."""

WORKSPACE = "gonogo.workspace"
"""Tag of experiments: the workspace that they belong to, as host and folder."""

HEAD = "gonogo.head"
"""Tag of the experiment that holds the newest signed head of the log."""

TagsOf = Callable[[str], Mapping[str, str] | None]
"""Gives the tags of an experiment by its name; None where there is none."""

Holds = Callable[[int, str], bool]
"""Whether a log has an event at a position, with this hash."""


def holds_any(position: int, head: str) -> bool:  # noqa: ARG001
    """Of a log that is not at hand: nothing is known against it."""
    return True


@dataclass(frozen=True, slots=True)
class Owner:
    """A workspace and its log."""

    study: str
    origin: str
    """Hash of the log's first event."""
    root: Path
    """Folder of the workspace."""
    alone: bool = False
    """Whether the store lies in the workspace, so that it was copied, or moved, with it."""
    holds: Holds = holds_any
    """What is known of the log."""

    @property
    def names(self) -> tuple[str, str, str]:
        """What its experiment may be called, in order of preference: others may have a name already."""
        place = hashlib.sha256(self._place.encode("utf-8", "surrogateescape")).hexdigest()
        log = f"{self.study} {self.origin[:8]}"
        return self.study, log, f"{log} {place[:8]}"

    @property
    def tags(self) -> Mapping[str, str]:
        """The tags of its experiment."""
        return {LOG: self.origin, WORKSPACE: self._place}

    @property
    def copies(self) -> Path:
        """Where MLflow keeps copies of artifacts for it, if no server does."""
        return Workspace(self.root).artifacts.resolve() / "mlflow"

    def owns(self, tags: Mapping[str, str]) -> bool:
        """Whether an experiment with these tags is its own, or may become so."""
        return tags.get(LOG, self.origin) == self.origin and (self._is_here(tags) or self._may_adopt(tags))

    def find(self, tags_of: TagsOf) -> str | None:
        """The name of its experiment; None where it has none. One that names its folder is nearer than any other."""
        found = {name: tags for name in reversed(self.names) if (tags := tags_of(name)) is not None}
        own = [name for name, tags in found.items() if self.owns(tags)]
        return next((name for name in own if self._is_here(found[name])), next(iter(own), None))

    def apart(self, tags_of: TagsOf) -> str | None:
        """Before it has an experiment, and where its study's name is taken: a sentence that says by whom."""
        taken = tags_of(self.study)
        if taken is None or self.find(tags_of) is not None:
            return None
        free = next((name for name in self.names if tags_of(name) is None), self.names[-1])
        by = f"log whose study is named {self.study!r}"
        if taken.get(LOG) == self.origin:
            by = f"workspace of this log, {taken[WORKSPACE]}"
        return f"has runs of another {by}; those of this one go into the experiment {free!r}"

    @property
    def _place(self) -> str:
        return f"{socket.gethostname()}:{self.root.resolve()}"

    def _is_here(self, tags: Mapping[str, str]) -> bool:
        """Whether tags name the folder of this workspace.

        The same folder is the same workspace whatever the host is called: containers have a new name at every start.
        """
        return WORKSPACE in tags and Path(tags[WORKSPACE].partition(":")[2]) == self.root.resolve()

    def _may_adopt(self, tags: Mapping[str, str]) -> bool:
        """Whether an experiment is nobody else's: an older version made it, or this workspace was moved from its place.

        What cannot be known, as on other machines, is another one's. Where a place is gone, a copy may have been there,
        which went on in its own way: its head is not of this log.
        """
        host, _, folder = tags.get(WORKSPACE, "").partition(":")
        if self.alone or not folder:
            return True
        if host != socket.gethostname():
            return False
        theirs, ours = Workspace(Path(folder)).log, Workspace(self.root).log
        with contextlib.suppress(OSError):
            if not theirs.exists() or _origin(theirs) not in (None, self.origin):
                return self._fits(tags.get(HEAD))
            return theirs.samefile(ours)
        return False

    def _fits(self, head: str | None) -> bool:
        """Whether a signed head, as its tag has it, is of this log, as far as that is known."""
        try:
            signed = json.loads(head or "{}")
            return not signed or self.holds(signed["position"], signed["head"])
        except (ValueError, KeyError, TypeError):
            return True  # a head that cannot be read says nothing; `gonogo verify` names it


def _origin(log: Path) -> str | None:
    """Hash of a log's first event; None where it cannot be read."""
    try:
        opened = open_log(f"{SQLITE}{log}", lambda: datetime.now(UTC), reading=True, lock_timeout_s=1.0)
    except (GonogoError, OSError):
        return None
    try:
        first = next(iter(opened.rows(until=1)), None)
    except (GonogoError, OSError):
        return None
    finally:
        opened.close()
    return None if first is None else first.hash
