"""An entry of the registry: a family of vision-language models, and in what forms its weights can be had. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

Architecture = Literal[
    "dual encoder", "fusion encoder", "single stream", "decoder", "gated cross-attention", "query transformer"
]
Access = Literal["public", "gated", "not public", "unknown"]
"""Whether anybody may fetch the weights; `gated` is who first accepts a licence under an account."""

Dtype = Literal["float32", "float16", "bfloat16"]
_BYTES: dict[Dtype, int] = {"float32": 4, "float16": 2, "bfloat16": 2}

_HUB = "https://huggingface.co/"

DTYPES: tuple[Dtype, ...] = get_args(Dtype)
UNKNOWN = "unknown"
"""What stands for a fact that no source confirmed."""

HORIZON_DAYS = 365
"""After which a look-up is called old."""

AMBIGUOUS = re.compile(r"(?!)")
"""Found in no text."""


@dataclass(frozen=True, slots=True)
class Release:
    """Weights of one variant, by whoever made them."""

    name: str
    access: Access
    where: str
    """Address of the weights, or of the service that alone runs them; UNKNOWN, or empty where there is none."""
    licence: str
    """SPDX identifier, or the licence's own name, of the weights; UNKNOWN where their page names none."""
    variant: str
    """What the number of parameters is of."""
    parameters: int | None
    """None where it is not known."""
    exact: bool
    """Whether parameters were counted; otherwise the number is rounded, as its source has it."""
    source: str
    """Where this was looked up."""
    as_of: date
    """The day on which it was looked up."""
    families: tuple[str, ...] = ()
    """Keys of `tasks.diagnostics.families` that load such weights."""

    @property
    def hub_id(self) -> str:
        """What a model names as its weights to have these, in lower case; empty where they lie on no hub."""
        return self.where.removeprefix(_HUB).casefold() if self.where.startswith(_HUB) else ""

    def memory(self, dtype: Dtype = "float32") -> int | None:
        """Bytes that the weights take; None where their number is not known. Passes need more."""
        return None if self.parameters is None else weight_bytes(self.parameters, dtype)

    def age(self, today: date) -> int:
        """Days since it was looked up; never less than none."""
        return max(0, (today - self.as_of).days)

    def is_older_than(self, days: int, today: date) -> bool:
        """Whether it was looked up more than so many days ago."""
        return self.age(today) > days


@dataclass(frozen=True, slots=True)
class Model:
    """A family of vision-language models."""

    name: str
    pattern: re.Pattern[str]
    """What names it in a text; AMBIGUOUS where its name means other things as well."""
    architecture: Architecture
    source: str
    """The paper that says so."""
    releases: tuple[Release, ...]

    @property
    def crosses(self) -> bool:
        """Whether tokens of one modality ever attend to those of the other."""
        return self.architecture != "dual encoder"


def weight_bytes(parameters: int, dtype: Dtype) -> int:
    """Bytes that so many parameters take in a dtype."""
    return parameters * _BYTES[dtype]


def named_by(pattern: str) -> re.Pattern[str]:
    """A pattern that begins and ends where words do."""
    return re.compile(rf"(?<![\w-])(?:{pattern})(?![A-Za-z])")
