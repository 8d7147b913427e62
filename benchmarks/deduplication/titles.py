"""What happens to a title on its way through tools and hands."""

from __future__ import annotations

import unicodedata
from random import Random

_SUBTITLES = (
    "a case study", "theory and applications", "an empirical evaluation", "with supplementary material",
    "methods and results", "lessons from practice", "evidence from the field", "an extended analysis",
)  # fmt: skip
_LATEX = {"\u0301": "'", "\u0300": "`", "\u0308": '"', "\u0302": "^", "\u0303": "~", "\u030c": "v ", "\u0327": "c "}
_HTML = {"&": "&amp;", "é": "&eacute;", "ü": "&uuml;", "ö": "&ouml;", "–": "&#8211;", "'": "&#x27;", "α": "&alpha;"}
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def damaged_title(title: str, rng: Random, shorten: bool) -> str:
    """A title with no, one or several of the damages; it is cut or extended only if `shorten`."""
    if shorten:
        title = _length(title, rng)
    if rng.random() < 0.07:
        title = typo(title, rng)
        if rng.random() < 0.2:
            title = typo(title, rng)
    title = _case(title, rng)
    if rng.random() < 0.1:
        title = rng.choice((_dashes, _quotes, _point, _spaced))(title)
    kind = rng.random()
    if kind < 0.1:
        title = _latex(title, rng)
    elif kind < 0.16:
        title = _html(title, rng)
    elif kind < 0.2:
        title = _mojibake(title)
    elif kind < 0.28:
        title = plain(title)
    elif kind < 0.3:
        title = "".join("?" if not c.isascii() else c for c in title)
    return title


def plain(text: str) -> str:
    """Without accents."""
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


def typo(text: str, rng: Random) -> str:
    """One letter left out, doubled, changed or swapped with the next, in a word of four letters or more."""
    places = [
        at
        for at in range(1, len(text) - 2)
        if all(c.isalpha() for c in text[at - 1 : at + 3]) and not text[at : at + 2].isupper()
    ]
    if not places:
        return text
    at = rng.choice(places)
    return (
        text[:at]
        + {
            0: "",
            1: text[at] * 2,
            2: rng.choice(_LETTERS),
            3: text[at + 1] + text[at],
        }[kind := rng.randrange(4)]
        + text[at + (2 if kind == 3 else 1) :]
    )


def _length(title: str, rng: Random) -> str:
    kind = rng.random()
    if kind < 0.05 and ": " in title:
        return title.split(": ")[0]
    if kind < 0.08 and len(title) > 50:
        cut = title[: rng.randrange(40, len(title))]
        return rng.choice((cut, cut.rsplit(" ", 1)[0] + "...", cut.rsplit(" ", 1)[0] + " …"))
    if kind < 0.11:
        return title + rng.choice((": ", " - ", ". ")) + rng.choice(_SUBTITLES).capitalize()
    return title


def _case(title: str, rng: Random) -> str:
    kind = rng.random()
    if kind < 0.05:
        return title.upper()
    if kind < 0.15:
        return title[:1] + title[1:].lower()
    if kind < 0.22:
        return title.title()
    return title


def _dashes(title: str) -> str:
    return title.replace("-", "–") if "-" in title else title.replace(": ", " – ")


def _quotes(title: str) -> str:
    return "“" + title + "”"


def _point(title: str) -> str:
    return title + "."


def _spaced(title: str) -> str:
    return title.replace("-", " ").replace(":", " :")


def _latex(title: str, rng: Random) -> str:
    if rng.random() < 0.3:
        title = "{" + title + "}"
    out = []
    for c in unicodedata.normalize("NFD", title):
        if c in _LATEX and out:
            out[-1] = f"{{\\{_LATEX[c]}{out[-1]}}}"
        else:
            out.append({"&": r"\&", "–": "--", "%": r"\%", "α": r"$\alpha$", "β": r"$\beta$"}.get(c, c))
    words = "".join(out).split(" ")
    return " ".join(f"{{{word}}}" if word[:1].isupper() and rng.random() < 0.3 else word for word in words)


def _html(title: str, rng: Random) -> str:
    title = "".join(_HTML.get(c, c) for c in title)
    words = title.split(" ")
    at = rng.randrange(len(words))
    words[at] = rng.choice(("<i>{}</i>", "<b>{}</b>", "<sup>{}</sup>", "<jats:italic>{}</jats:italic>")).format(
        words[at]
    )
    return " ".join(words)


def _mojibake(title: str) -> str:
    title = title.replace("'", "’").replace("-", "–").replace(": ", " — ", 1)
    try:
        return title.encode("utf-8").decode("cp1252")
    except UnicodeDecodeError:
        return title
