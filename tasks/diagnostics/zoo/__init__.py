"""The zoo: small real models, trained on the generated shapes and shipped with the package, each with a card."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from tasks.diagnostics.zoo.card import Card, read_card
from tasks.diagnostics.zoo.recipes import RECIPES, find_recipe

NAMES: tuple[str, ...] = tuple(RECIPES)


def folder(name: str) -> Path:
    """The folder of a shipped model, with its weights, tokenizer, image processor and card.

    Raises BadInput, naming close matches, for a name that is not in NAMES.
    """
    find_recipe(name)
    return Path(str(files(__name__) / "checkpoints" / name))


def family(name: str) -> str:
    """Key of the family of a shipped model. Raises BadInput as `folder` does."""
    return find_recipe(name).family


def card(name: str) -> Card:
    """The card of a shipped model. Raises BadInput as `folder` does."""
    return read_card(folder(name))
