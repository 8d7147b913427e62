"""What is known about a model of the zoo: how it was made, and what it can do."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from store.errors import BadInput

FILE = "card.json"
LICENCE = "Apache-2.0"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Score(_Frozen):
    """A score on held-out scenes, beside what it would be by chance."""

    name: str
    value: float
    """Of the model as it is on disk."""
    chance: float
    chance_is: str
    """What gives the chance level, in words."""
    n: int
    """Number of cases."""
    required: float | None = None
    """The least value with which the model may be shipped."""
    before_rounding: float | None = None
    """Of the model as it was trained, in single precision."""

    @property
    def met(self) -> bool:
        """Whether the score is what it has to be."""
        return self.required is None or self.value >= self.required


class Data(_Frozen):
    """The scenes that a model was trained and scored on."""

    generator: str = "shapes"
    version: int
    """Version of the generator."""
    training_seed: int
    scenes: int
    """Scenes drawn in training; none is drawn twice."""
    held_out_seed: int


class Training(_Frozen):
    """How a model was trained."""

    seed: int
    steps: int
    batch: int
    rate: float
    minutes: float
    cpu_minutes: float
    """What the process itself took; less than `minutes` on a machine that is busy elsewhere."""
    threads: int
    final_loss: float
    """Mean of the last twentieth of the steps."""
    curve: tuple[tuple[int, float], ...]
    """Step, and the mean loss since the point before."""


class Card(_Frozen):
    """The card of a model."""

    schema_: Literal["gonogo.card/1"] = "gonogo.card/1"
    name: str
    family: str
    """Key of the family that loads it."""
    architecture: str
    data: Data
    training: Training
    started_from: str | None
    """Name and SHA-256 of the model whose vision tower it began with."""
    parameters: int
    checkpoint: str
    """Name of the file with the weights, which are in half precision."""
    bytes: int
    sha256: str
    files: tuple[str, ...]
    """Names of all files beside the card."""
    scores: tuple[Score, ...]
    libraries: dict[str, str]
    """Versions with which it was trained."""
    licence: str = LICENCE

    def score(self, name: str) -> Score:
        """The score of that name. Raises KeyError."""
        return {score.name: score for score in self.scores}[name]

    @property
    def shortfalls(self) -> tuple[Score, ...]:
        """Scores that are below what they have to be."""
        return tuple(score for score in self.scores if not score.met)

    def write(self, folder: Path) -> None:
        """Write the card beside the model."""
        (folder / FILE).write_text(self.model_dump_json(indent=1) + "\n", encoding="utf-8")


def read_card(folder: Path) -> Card:
    """The card in a folder. Raises BadInput when there is none that can be read."""
    try:
        return Card.model_validate_json((folder / FILE).read_bytes())
    except OSError:
        raise BadInput(f"{folder}: holds no {FILE}; give a folder that `gonogo models train` wrote") from None
    except ValidationError as error:
        raise BadInput(f"{folder / FILE}: {error.errors()[0]['msg']}; train the model again") from None
