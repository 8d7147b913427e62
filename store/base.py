"""What every model of the record is built on: frozen, closed, evolving models, and the ids that they carry."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, SerializerFunctionWrapHandler, model_serializer

Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
"""SHA-256 of some bytes, in hex."""

Slug = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
"""An id that is safe in a file name, a URL and a Markdown anchor."""

Key = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,159}$")]
"""A derived id, such as a task's or a decision's; as safe as a slug, and longer."""

Priority = Literal["high", "medium", "low"]
"""Which of two tasks that could both start goes first."""

STORED = "stored"
"""Key of the validation context that says that a model is read from the log, and not from a person."""


class Frozen(BaseModel):
    """Immutable, closed to unknown keys, and free of NaN and infinity."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Evolving(Frozen):
    """A model with fields that were added after release.

    `added` fields are left out of the JSON while they hold their defaults, so that existing digests do not change.
    """

    added: ClassVar[frozenset[str]] = frozenset()

    @model_serializer(mode="wrap")
    def _without_added_defaults(self, serialise: SerializerFunctionWrapHandler) -> dict[str, Any]:
        data: dict[str, Any] = serialise(self)
        for name in self.added:
            if getattr(self, name) == type(self).model_fields[name].get_default():
                data.pop(name, None)
        return data


class DomainEvent(Frozen):
    """Something that happened, as the log keeps it. Each event has a `type` of its own, which is its name."""

    type: str
