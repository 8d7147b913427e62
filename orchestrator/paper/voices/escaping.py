"""Any text as LaTeX that prints it: nothing in it is read as a command, and what the fonts lack is replaced visibly.

The target is pdfLaTeX with `inputenc` utf8, T1 fonts, `textcomp` and `amssymb`, as Debian's base packages have them.
What comes out may stand in a field of BibTeX, too: its braces pair up as BibTeX counts them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from orchestrator.paper.voices.signs import (
    ABOVE,
    AS_IT_IS,
    BELOW,
    LETTERS,
    MATHEMATICS,
    SPACES,
    SPECIAL,
    STANDS_IN,
    UNDER_ANOTHER,
    UNPRINTED,
)
from orchestrator.reports.renderers import clean

_CLUSTER = re.compile(".[\u0300-\u036f]*", re.DOTALL)
"""A character with the marks on it."""

_PIECE = re.compile(
    "[A-Za-z0-9]{8}(?=[A-Za-z0-9])|[A-Za-z0-9]{0,8}[^A-Za-z0-9][\u0300-\u036f]*|[A-Za-z0-9]{1,8}", re.DOTALL
)
_JOINED = re.compile("[-–,'’‘?!]")
"""What fonts would draw as one with a hyphen, a comma or an apostrophe behind it, such as two hyphens."""

_JOINING = ("-", ",", "'", "’", "‘")
_FORMS = {"<super>": r"\textsuperscript", "<sub>": r"\textsubscript", "<fraction>": "", "<circle>": ""}
"""Forms of characters that say more than the characters alone, by Unicode's names for them."""


@dataclass(frozen=True, slots=True, order=True)
class Replacement:
    """A character that the fonts lack, and what is printed in its place."""

    character: str
    printed: str


@dataclass(frozen=True, slots=True)
class _Set:
    """How a character is set."""

    latex: str
    instead: str | None = None
    """What is seen, where that is something else."""


def tex_text(text: str) -> str:
    """The text as LaTeX. Control characters become spaces, marks of direction a visible sign."""
    return _run(_set(cluster).latex for cluster in _clusters(text))


def tex_name(text: str) -> str:
    r"""A part of a name as LaTeX in which BibTeX sees the letters: it sorts `{\"U}nal` under U, and may shorten it."""
    return _run(_lettered(cluster) for cluster in _clusters(text))


def declared() -> Iterator[str]:
    """Lines by which LaTeX knows signs of mathematics where people write them themselves."""
    for sign, command in sorted(MATHEMATICS.items()):
        yield f"\\DeclareUnicodeCharacter{{{ord(sign):04X}}}{{\\ensuremath{{{command}}}}}"


def replacements(text: str) -> tuple[Replacement, ...]:
    """Characters that are printed as something else, each once."""
    found = {
        Replacement(cluster, instead)
        for cluster in _clusters(text)
        if not cluster.isascii() and (instead := _set(cluster).instead) is not None
    }
    return tuple(sorted(found))


def breakable(text: str) -> str:
    """The text of an identifier or a path as LaTeX, which may be broken after its signs, and within long runs."""
    return r"\allowbreak{}".join(map(tex_text, pieces(text)))


def pieces(text: str) -> list[str]:
    """An identifier or a path, parted where a line may end in it: behind its signs, and within long runs."""
    return _PIECE.findall(_composed(text))


def latin(text: str) -> str:
    """The text with Latin letters for Cyrillic ones, as it is printed."""
    return "".join(STANDS_IN.get(character, character) for character in _composed(text))


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", clean(text))


def _clusters(text: str) -> list[str]:
    return _CLUSTER.findall(_composed(text))


def _run(pieces: Iterable[str]) -> str:
    """The pieces, so that none is joined with the one before."""
    out: list[str] = []
    last = ""
    for piece in pieces:
        if last and piece.startswith(_JOINING) and _JOINED.match(last):
            out.append("{}")
        out.append(piece)
        last = piece[-1:] or last
    return "".join(out)


def _set(cluster: str) -> _Set:
    known = _known(cluster)
    if known is not None:
        return known
    marks = unicodedata.normalize("NFD", cluster)[1:]
    if len(cluster) > 1 or (
        marks and cluster not in STANDS_IN and _is_letter(unicodedata.normalize("NFD", cluster)[0])
    ):
        return _marked(cluster)
    return _replaced(cluster)


def _known(character: str) -> _Set | None:
    if character in SPECIAL:
        return _Set(SPECIAL[character])
    if character.isascii() or character in AS_IT_IS:
        return _Set(character)
    if character in UNPRINTED:
        return _Set(UNPRINTED[character])
    if character in SPACES:
        return _Set(" ")
    if character in MATHEMATICS:
        return _Set(rf"\ensuremath{{{MATHEMATICS[character]}}}")
    return None


def _marked(cluster: str) -> _Set:
    """A letter with its marks, or what is no letter with signs for them behind it."""
    base, *marks = list(unicodedata.normalize("NFD", cluster))
    if not _is_letter(base):
        return _behind(cluster)
    latex, kept = _accented(base, marks)
    return _Set(latex) if len(kept) == len(marks) else _Set(latex, unicodedata.normalize("NFC", base + "".join(kept)))


def _behind(cluster: str) -> _Set:
    first, marks = _set(cluster[0]), cluster[1:]
    signs = "".join(map(_named, marks))
    return _Set(first.latex + "".join(map(_sign, marks)), f"{first.instead or cluster[0]}{signs}")


def _is_letter(character: str) -> bool:
    return character.isalpha() and (character.isascii() or character in AS_IT_IS)


def _accented(base: str, marks: Sequence[str]) -> tuple[str, list[str]]:
    """The letter with the marks that can be set on it, and these; above comes before below, which takes anything."""
    above = [mark for mark in marks if mark in ABOVE][:2]
    if len(above) > 1 and unicodedata.normalize("NFC", base + above[0]) not in UNDER_ANOTHER:
        del above[1]
    kept = [*above, *[mark for mark in marks if mark in BELOW][:1]]
    latex = r"\i" if above and base == "i" else base
    for mark in kept:
        latex = f"\\{ABOVE.get(mark) or BELOW[mark]}{{{latex}}}"
    return latex, kept


def _replaced(character: str) -> _Set:
    """The same in characters that fonts have: another letter, its compatible form, or the letter without its marks."""
    form, _, codes = unicodedata.decomposition(character).partition(" ")
    if form in _FORMS:
        return _formed(form, "".join(chr(int(code, 16)) for code in codes.split())) or _unknown(character)
    found = [STANDS_IN.get(character), unicodedata.normalize("NFKC", character)]
    if character.isalpha():  # of signs, a stroke through them is all their meaning
        parted = unicodedata.normalize("NFKD", character)
        found.append("".join(each for each in parted if not unicodedata.combining(each)))
    for plainer in found:
        if plainer and plainer.strip() and plainer != character and all(map(_is_set, plainer)):
            return _Set(tex_text(plainer), latin(plainer))
    return _unknown(character)


def _formed(form: str, plain: str) -> _Set | None:
    """Raised, lowered, in a fraction or in a circle; None where the fonts lack what is."""
    if not all(map(_is_set, plain)):
        return None
    if form == "<circle>":
        return _Set(f"({tex_text(plain)})", f"({plain})")
    if form == "<fraction>":
        over, _, under = plain.partition("\u2044")
        return _Set(rf"\textsuperscript{{{tex_text(over)}}}⁄\textsubscript{{{tex_text(under)}}}")
    return _Set(rf"{_FORMS[form]}{{{tex_text(plain)}}}")


def _is_set(character: str) -> bool:
    return character in STANDS_IN or _known(character) is not None


def _unknown(character: str) -> _Set:
    return _Set(_sign(character), _named(character))


def _sign(character: str) -> str:
    return rf"\gonogounknown{{{_named(character)}}}"


def _named(character: str) -> str:
    return f"U+{ord(character):04X}"


def _lettered(cluster: str) -> str:
    """A character of a name: bare where BibTeX reads it as what it is, else in braces behind a command."""
    if cluster in SPACES or cluster == "\u00a0":
        return " "
    if cluster.isascii():
        return cluster if cluster.isalnum() or cluster in "-.'" else f"{{{SPECIAL.get(cluster, cluster)}}}"
    if cluster in STANDS_IN:
        return "".join(map(_lettered, STANDS_IN[cluster]))
    if cluster in LETTERS:
        return rf"{{\{LETTERS[cluster]}}}"
    base, *marks = list(unicodedata.normalize("NFD", cluster))
    if marks and _is_letter(base):
        latex, kept = _accented(base, marks)
        return f"{{{latex}}}" if kept else latex
    return rf"{{\relax {_set(cluster).latex}}}"
