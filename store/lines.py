"""Kinds of values that a protocol is made of."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo

from store.base import STORED
from store.text import complaint

UnitInterval = Annotated[float, Field(gt=0, lt=1)]


def _printable(text: str, info: ValidationInfo) -> str:
    stored = (info.context or {}).get(STORED, False)  # a newer Python knows more marks: what one took, all can read
    wrong = None if stored else complaint(text)
    if wrong is not None:
        raise ValueError(wrong)
    return text


Line = Annotated[str, AfterValidator(_printable)]
"""One printable line."""
