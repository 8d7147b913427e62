"""True and false captions of a scene."""

from __future__ import annotations

from itertools import pairwise

from tasks.diagnostics.datasets.scenes import COLOURS, SHAPES, Dice, caption, scene

_WEIGHTED = (0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 4)
"""Numbers of captions, by kind: all things, a relation, a place, one thing, how many.

Captions that name all things fit the fewest other scenes, so they teach and are drawn the most.
"""


def full(seed: int, index: int) -> str:
    """The caption that names all things."""
    return caption(seed, index, 0)


def drawn(seed: int, index: int, number: int = 0) -> str:
    """A true caption of a drawn kind."""
    return caption(seed, index, Dice("drawn", seed, index, number).pick(_WEIGHTED))


def telling(seed: int, index: int) -> str:
    """A true caption that names a colour and a shape, so that it can be made false."""
    return caption(seed, index, Dice("telling", seed, index).pick((0, 0, 1, 2, 3)))


def elsewhere(seed: int, index: int) -> str:
    """A caption of another scene that is false here: it names a coloured shape that is not in this scene."""
    here = {(thing.colour, thing.shape) for thing in scene(seed, index)}
    dice = Dice("elsewhere", seed, index)
    while True:
        text = telling(seed, dice.below(1_000_000))
        if not named(text) <= here:
            return text


def altered(seed: int, index: int, text: str) -> str:
    """A telling caption with one word changed: a colour, or oftener a shape, gives way to one that the scene lacks."""
    dice = Dice("altered", seed, index, text)
    found = text.split()
    things = scene(seed, index)
    pool, present = (
        (tuple(COLOURS), {thing.colour for thing in things})
        if dice.below(3) == 0
        else (SHAPES, {thing.shape for thing in things})
    )
    place = dice.pick([i for i, word in enumerate(found) if word in pool])
    found[place] = dice.pick([word for word in pool if word not in present])
    return " ".join(found)


def named(text: str) -> set[tuple[str, str]]:
    """The pairs of a colour and a shape that a caption names."""
    found = text.split()
    return {(a, b) for a, b in pairwise(found) if a in COLOURS and b in SHAPES}
