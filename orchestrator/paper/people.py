"""What people write for the paper: it is copied, and never written to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from orchestrator.paper.render import FOLDER
from orchestrator.workspace import Workspace
from store.manuscript import PaperPlan
from store.queries.manuscripts import PROSE, STYLE

ENDINGS = (".tex", ".pdf", ".png", ".jpg", ".jpeg")
"""Of what is copied from the folder of prose."""

MOST_BYTES = 5 << 20
"""Of one file."""


def written_by_people(workspace: Workspace, plan: PaperPlan, say: Callable[[str], object]) -> Mapping[str, bytes]:
    """Prose with its pictures, and the files of a style, by their place in the folder of a cycle's reports.

    A link, or what is no plain file, is left out, and `say` is told.
    """
    own = [path for path in sorted(workspace.prose.glob("*")) if path.suffix.lower() in ENDINGS]
    prose = {f"{PROSE}/{path.name}": path for path in own}
    styles = {f"{STYLE}/{Path(name).name}": workspace.root / name for name in plan.styles}
    found = {}
    for name, path in (prose | styles).items():
        if path.is_symlink() or not path.is_file() or path.stat().st_size > MOST_BYTES:
            say(f"{path} is left out of the paper: it is no plain file of up to {MOST_BYTES >> 20} MiB")
            continue
        found[f"{FOLDER}/{name}"] = path.read_bytes()
    return found
