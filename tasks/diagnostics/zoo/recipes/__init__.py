"""The recipes of the zoo; a new model is a file here and a line in RECIPES."""

from __future__ import annotations

from importlib import import_module

from tasks.diagnostics.families.family import unknown
from tasks.diagnostics.zoo.recipes.recipe import Recipe

RECIPES: dict[str, str] = {
    "shapes-clip": "tasks.diagnostics.zoo.recipes.clip:Clip",
    "shapes-blip": "tasks.diagnostics.zoo.recipes.blip:Blip",
    "shapes-llava": "tasks.diagnostics.zoo.recipes.llava:Llava",
    "shapes-idefics": "tasks.diagnostics.zoo.recipes.idefics:Idefics",
}
"""Name of a model -> where its recipe is. Importing one imports no model library."""


def find_recipe(name: str) -> Recipe:
    """The recipe of a model. Raises BadInput, naming close matches, when there is none."""
    if name not in RECIPES:
        raise unknown("model of the zoo", name, RECIPES)
    module, _, kind = RECIPES[name].partition(":")
    recipe: Recipe = getattr(import_module(module), kind)()
    return recipe
