"""The zoo: small real models, trained on the generated shapes and shipped with the package, each with a card."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from store.errors import unknown
from tasks.diagnostics.zoo.card import FILE, Card, read_card

_CHECKPOINTS = Path(str(files(__name__) / "checkpoints"))

NAMES: tuple[str, ...] = tuple(sorted(path.parent.name for path in _CHECKPOINTS.glob(f"*/{FILE}")))
"""Models that are shipped: all that have a card."""


def folder(name: str) -> Path:
    """The folder of a shipped model, with its weights, tokenizer, image processor and card.

    Raises BadInput, naming close matches, for a name that is not in NAMES.
    """
    if name not in NAMES:
        raise unknown("model of the zoo", name, NAMES)
    return _CHECKPOINTS / name


def card(name: str) -> Card:
    """The card of a shipped model. Raises BadInput as `folder` does."""
    return read_card(folder(name))
