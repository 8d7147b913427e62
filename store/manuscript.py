"""The part of a protocol that says what paper is drafted from the record: `[paper]` in study.toml."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field, field_validator

from store.base import Frozen
from store.lines import Line

Optional = Literal["related-work", "method", "experiments", "results", "architectures", "conclusion"]
"""Sections that may be left out. Abstract, introduction, limitations and appendix are not: they keep claims honest."""

STYLE_ENDINGS = (".cls", ".sty", ".bst", ".clo", ".def", ".cfg")

LineOrNone = Literal[""] | Line
"""One printable line, or nothing."""


class Author(Frozen):
    """Somebody who answers for the paper."""

    name: Line = Field(min_length=1)
    affiliation: LineOrNone = ""
    email: LineOrNone = ""


class PaperPlan(Frozen):
    """How the paper of a study is set, for whom, and by when."""

    title: LineOrNone = ""
    """Empty: one that says what was asked, and what the verdict allows to be said."""
    authors: tuple[Author, ...] = ()
    anonymous: bool = False
    """Whether nothing in the paper may tell who wrote it."""
    document_class: str = Field(default="article", pattern=r"^[A-Za-z][A-Za-z0-9-]{0,63}$")
    """A class of LaTeX: one that is installed, or one of the `styles`."""
    class_options: tuple[str, ...] = ()
    styles: tuple[Line, ...] = ()
    """Files of a class or style of one's own, by their path; relative ones start at the workspace."""
    page_limit: int | None = Field(default=None, ge=1, le=1000)
    counted: Literal["body", "all"] = "body"
    """What counts to the limit: the pages before the references, or every page."""
    venue: LineOrNone = ""
    deadline: date | None = None
    leave_out: tuple[Optional, ...] = ()

    @field_validator("class_options")
    @classmethod
    def _plain(cls, options: tuple[str, ...]) -> tuple[str, ...]:
        wrong = next((each for each in options if not each or not set(each) <= _OPTION), None)
        if wrong is not None:
            raise ValueError(f"{wrong!r} is no option of a class, such as 10pt or review")
        return options

    @field_validator("styles")
    @classmethod
    def _style_files(cls, styles: tuple[str, ...]) -> tuple[str, ...]:
        names = [each.rpartition("/")[2] for each in styles]
        wrong = next((name for name in names if not name.endswith(STYLE_ENDINGS)), None)
        if wrong is not None:
            raise ValueError(f"{wrong} is no file of a class or style; give {', '.join(STYLE_ENDINGS)}")
        if len(set(names)) < len(names):
            raise ValueError("two files have one name, and would lie in one folder")
        return styles


_OPTION = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789=.-_")
