"""Templates of the paper, in which every printed value goes through a voice, and a missing one is an error."""

from __future__ import annotations

from collections.abc import Callable

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup


def paper_environment(voice: Callable[[object], Markup], macros: str, **filters: Callable[..., object]) -> Environment:
    r"""Templates whose marks are such as neither LaTeX nor typst has: `\VAR{}` prints, `\BLOCK{}` acts.

    The macros of a voice, by which blocks are printed, are `b` everywhere.
    """
    environment = Environment(
        loader=PackageLoader("templates", "paper"),
        undefined=StrictUndefined,
        finalize=voice,
        block_start_string="\\BLOCK{", block_end_string="}",
        variable_start_string="\\VAR{", variable_end_string="}",
        comment_start_string="\\#{", comment_end_string="}",
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=True,
    )  # fmt: skip
    environment.filters.update(raw=Markup, kind=_kind, ordinal=_ordinal, joined=_joined, **filters)
    environment.globals["b"] = environment.get_template(macros).module
    return environment


def _kind(value: object) -> str:
    return type(value).__name__


def _ordinal(number: int) -> Markup:
    """A number that is no figure: a cycle, or a position of the log."""
    return Markup(str(number))


def _joined(keys: tuple[str, ...]) -> Markup:
    return Markup(",".join(keys))
