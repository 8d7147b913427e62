"""Commands on the protocol."""

from __future__ import annotations

from dataclasses import dataclass

from store.study.protocol import Study


@dataclass(frozen=True, slots=True)
class RegisterStudy:
    """Fix the protocol. A second registration of the same protocol changes nothing."""

    study: Study


@dataclass(frozen=True, slots=True)
class AmendStudy:
    """Change the protocol, in the open."""

    study: Study
    reason: str


StudyCommand = RegisterStudy | AmendStudy
