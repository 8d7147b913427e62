"""Lists models that can be measured, tells whose weights can be had, and makes and shows those of the zoo."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from store.registry import Model, Release
    from tasks.diagnostics.training.loop import TrainingProgress
    from tasks.diagnostics.zoo.card import Card


def list_models(family: str | None = None) -> dict[str, list[str]]:
    """The architectures of every family, or of one; BadInput for an unknown family."""
    from tasks.diagnostics.families import find_family, known

    return {name: list(find_family(name).names()) for name in ([family] if family else sorted(known()))}


def require_family(name: str, commands: list[str]) -> None:
    """Raise BadInput unless this is a known family, or the dotted name of one's own; suggests commands as well."""
    from store.errors import unknown
    from tasks.diagnostics.families import known

    if name not in known() and "." not in name:
        raise unknown("family or command", name, [*known(), *commands])


def model_access(name: str | None = None) -> tuple[tuple[Model, Release], ...]:
    """What the registry says of all models, or of those with a name, of the key of a family, or of a group of models.

    Case does not count. Raises BadInput for what means none.
    """
    from store.errors import unknown
    from store.registry import releases

    rows = tuple(releases())
    if name is None:
        return rows
    wanted = name.casefold()
    found = tuple(row for row in rows if wanted in (row[1].name.casefold(), *row[1].families))
    found = found or tuple(row for row in rows if row[0].name.casefold() == wanted)
    if not found:
        keys = (key for _, release in rows for key in release.families)
        raise unknown("model", name, dict.fromkeys([*(release.name for _, release in rows), *keys]))
    return found


def train_model(
    name: str, out: Path, seed: int, steps: int | None, advance: Callable[[TrainingProgress], None]
) -> Card:
    """Train a model of the zoo on generated shapes, score it on held-out ones, and write it to the folder `out`."""
    from tasks.diagnostics.training.making import make

    return make(name, out, seed, steps, advance)


def model_card(name: str) -> Card:
    """The card of a model of the zoo, or of one that was trained into the folder of that name."""
    from tasks.diagnostics import zoo
    from tasks.diagnostics.zoo.card import read_card

    is_folder = name not in zoo.NAMES and ("/" in name or Path(name).is_dir())
    return read_card(Path(name)) if is_folder else zoo.card(name)
