"""The screen of a screener: one work after the other, and a key for each decision. Needs no colour."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import click
from rich.cells import cell_len, chop_cells

from orchestrator.cli.show.keys import Closed, read_key, read_line

if TYPE_CHECKING:
    from orchestrator.usecases.screening import Desk, Shown
    from store.literature.events import Stage, Verdict
    from store.review import ReviewProtocol

KEYS = {
    "i": "include",
    "k": "key paper: include it as one",
    "e": "exclude, by a criterion",
    "l": "later",
    "u": "undo the last",
    "m": "more of the abstract",
    "q": "quit",
    "?": "these keys",
}
NOT_HAD = {"n": "the full text cannot be had"}
NOTHING = "nothing waits; gonogo literature status tells what is there"


def run_screen(desk: Desk, stage: Stage) -> None:
    """Show works until none waits, the screener quits, or the input ends. What was decided is kept, however it ends."""
    decided = 0
    try:
        verdict = ""
        while verdict != "quit":
            shown = desk.next()
            verdict = _at_end(desk) if shown is None else _ask(desk, shown, stage)
            decided += {"undone": -1, "nothing": 0, "quit": 0}.get(verdict, 1)
    except Closed:
        pass
    click.echo(f"{decided} decided in this sitting; the same command goes on from here")


def _ask(desk: Desk, shown: Shown, stage: Stage) -> str:
    """Show one work and do what is asked for."""
    page = 0
    _show(lines(shown, desk.review, stage, page))
    while True:
        key = read_key()
        if key == "q":
            return "quit"
        if key == "u":
            return "undone" if desk.undo() else _say("there is nothing to take back in this sitting")
        if key == "m":
            page += 1
            _show(lines(shown, desk.review, stage, page))
        elif key in ("i", "k", "l") or (key == "n" and stage == "full-text"):
            verdict: Verdict = "later" if key == "l" else "not-had" if key == "n" else "include"
            desk.decide(shown, verdict, key=key == "k")
            return verdict
        elif key == "e":
            if (given := _why(desk.review)) is not None:
                criterion, reason = given
                desk.decide(shown, "exclude", criterion, reason)
                return "exclude"
        else:
            _show(f"  {name}  {meaning}" for name, meaning in _shown(stage))


def _show(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(line)


def _at_end(desk: Desk) -> str:
    """Nothing waits: the last decision may still be taken back."""
    click.echo(NOTHING)
    if not desk.has_decided:
        return "quit"
    click.echo("[u]undo the last, or any other key to end")
    return "undone" if read_key() == "u" and desk.undo() else "quit"


def _why(review: ReviewProtocol) -> tuple[str, str] | None:
    """Criterion and reason of an exclusion; None where the screener thinks better of it."""
    keys = list(review.criteria)
    if not keys:
        reason = read_line("why? (empty: back) ").strip()
        return ("other", reason) if reason else None
    for number, name in enumerate(keys, 1):
        click.echo(f"  {number}  {name}: {review.criteria[name]}")
    answer = read_line("by which? (number or key; empty: back) ").strip()
    if answer in keys:
        return answer, ""
    if answer.isdecimal() and 1 <= int(answer) <= len(keys):
        return keys[int(answer) - 1], ""
    if answer:
        click.echo(f"there is no criterion {answer!r}")
    return None


def _say(text: str) -> str:
    click.echo(text)
    return "nothing"


def lines(shown: Shown, review: ReviewProtocol, stage: Stage, page: int = 0) -> Iterator[str]:
    """What stands on the screen of one work, as wide and as high as the terminal."""
    width, height = (max(20, side) for side in shutil.get_terminal_size())
    record = shown.record
    names = [" ".join(part for part in (name.given, name.family or name.literal) if part) for name in record.authors]
    several = f"{', '.join(names[:6])}{' …' if len(names) > 6 else ''}"
    year = str(record.issued.year) if record.issued else "no year"
    link = f"doi:{record.doi}" if record.doi else f"arXiv:{record.arxiv}" if record.arxiv else record.url
    head = [
        f"── {shown.records[0]}  {shown.waiting} waiting  {'full text' if stage == 'full-text' else 'title'} ──",
        *_cut(wrapped(record.title, width), max(2, height // 4)),
        *wrapped(several or "no authors", width)[:2],
        *wrapped("  ".join(part for part in (year, record.container or record.type, link) if part), width)[:2],
    ]
    criteria = wrapped("excludes: " + "; ".join(review.criteria), width)[:2] if review.criteria else []
    foot = [
        *criteria,
        *wrapped(" ".join(f"[{key}]{meaning.split()[0].rstrip(',')}" for key, meaning in _shown(stage)), width),
    ]
    room = max(2, height - len(head) - len(foot) - 1)
    text = wrapped(record.abstract or "(no abstract)", width)
    start = min(page * room, max(0, len(text) - 1))
    part = text[start : start + room]
    if start + room < len(text) and part:
        part[-1] = f"{part[-1][: width - 8]} … [m]ore"
    yield from (*head, *part, *foot)


def _cut(lines: list[str], most: int) -> list[str]:
    """At most so many lines; the last tells that there were more."""
    if len(lines) <= most:
        return lines
    return [*lines[: most - 1], "…"]


def _shown(stage: Stage) -> Sequence[tuple[str, str]]:
    return tuple((KEYS | (NOT_HAD if stage == "full-text" else {})).items())


def wrapped(text: str, width: int) -> list[str]:
    """Text in lines of at most `width` cells, of which Chinese and emoji take two; words stay whole if they can."""
    found: list[str] = []
    line = ""
    for word in text.split():
        for piece in chop_cells(word, width) if cell_len(word) > width else [word]:
            joined = f"{line} {piece}" if line else piece
            if cell_len(joined) <= width:
                line = joined
            else:
                found.append(line)
                line = piece
    return [*found, line] if line else found
