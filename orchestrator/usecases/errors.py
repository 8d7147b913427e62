"""Errors about an argument of a use case, which each caller names in its own way."""

from __future__ import annotations

from store.errors import BadInput


class BadArgument(BadInput):
    """An argument cannot be used."""

    def __init__(self, argument: str, message: str) -> None:
        """`argument` is the parameter's name; the first `{}` in the message stands for what the caller calls it."""
        super().__init__(message.replace("{}", argument, 1))
        self.argument = argument
        self._message = message

    def named(self, name: str) -> BadInput:
        """The same error under a caller's name of the argument, such as `--as` or the label of a field."""
        return BadInput(self._message.replace("{}", name, 1))


def person(name: str, argument: str) -> str:
    """The name of who decides, as `printable`; BadArgument for that by which rules sign."""
    from store.literature.events import RULE

    given = printable(name, argument)
    if given.casefold() == RULE:
        raise BadArgument(argument, f"{{}}: {given!r} is how the rules of the protocol sign; give a name")
    return given


def printable(text: str, argument: str) -> str:
    """A text that a person gave, without blanks around it; BadArgument when it is not one printable line."""
    from store.text import complaint

    wrong = complaint(text)
    if wrong is not None:
        raise BadArgument(argument, f"{{}} {wrong}")
    return text.strip()
