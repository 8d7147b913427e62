"""The recipes of the zoo; a new model is a file here and a line in RECIPES."""

from __future__ import annotations

from importlib import import_module

from store.errors import unknown
from tasks.diagnostics.training.recipes.recipe import Recipe

RECIPES: dict[str, str] = {
    "shapes-clip": "tasks.diagnostics.training.recipes.clip:Clip",
    "shapes-clip-collapsed": "tasks.diagnostics.training.recipes.clip_collapsed:CollapsedClip",
    "shapes-blip": "tasks.diagnostics.training.recipes.blip:Blip",
    "shapes-llava": "tasks.diagnostics.training.recipes.llava:Llava",
    "shapes-idefics": "tasks.diagnostics.training.recipes.idefics:Idefics",
}
"""Name of a model -> where its recipe is. Importing one imports no model library."""


def find_recipe(name: str) -> Recipe:
    """The recipe of a model. Raises BadInput, naming close matches, when there is none."""
    if name not in RECIPES:
        raise unknown("model of the zoo", name, RECIPES)
    module, _, kind = RECIPES[name].partition(":")
    recipe: Recipe = getattr(import_module(module), kind)()
    return recipe
