"""Who decides on literature, and in whose name: names, rules, disagreements, and what is taken back."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestrator.settings import Settings
from orchestrator.study.file import read_study
from orchestrator.usecases.screening import desk
from orchestrator.usecases.session import Session
from store.commands import AmendStudy

from .conftest import Gonogo

ANSWERS = (
    ("screen", "--decide", "{}", "include"),
    ("duplicates", "{}", "{}", "--same", "--reason", "so"),
    ("split", "{}", "--reason", "so"),
    ("stop", "--reason", "so"),
)


def a_work(gonogo: Gonogo, tracked: Path) -> str:
    (work,) = gonogo("literature", "search", "registers", "--json", "-w", tracked).json["works"]
    return str(work["id"])


@pytest.mark.parametrize("command", ANSWERS)
@pytest.mark.parametrize(("name", "why"), [("rule", "how the rules of the protocol sign"), (" ", "--as is blank")])
def test_nobody_answers_without_a_name_or_in_that_of_the_rules(
    gonogo: Gonogo, tracked: Path, command: tuple[str, ...], name: str, why: str
) -> None:
    work = a_work(gonogo, tracked)
    before = gonogo("events", "-w", tracked).out
    said = gonogo("literature", *(word.format(work) for word in command), "--as", name, "-w", tracked)
    assert said.code == 2
    assert "--as" in said.err
    assert why in said.err
    assert gonogo("events", "-w", tracked).out == before


def test_nobody_sits_down_to_screen_in_the_name_of_the_rules(gonogo: Gonogo, tracked: Path) -> None:
    said = gonogo("literature", "screen", "--as", "Rule", "-w", tracked)
    assert said.code == 2
    assert "how the rules of the protocol sign" in said.err


def test_two_who_differ_on_a_full_text_are_a_queue_of_its_own(gonogo: Gonogo, tracked: Path) -> None:
    file = tracked / "study.toml"
    file.write_text(file.read_text().replace("recall = 0.9", "recall = 0.9\nscreeners = 2"))
    with Session.open(Settings.of(tracked), print) as session:
        session.submit(AmendStudy(read_study(file).study, "four eyes"), actor="human:Ada")
    work = a_work(gonogo, tracked)
    screen = ("literature", "screen", "-w", tracked)
    for name in ("Ada", "Ben"):
        assert gonogo(*screen, "--as", name, "--decide", work, "include").code == 0
    full = (*screen, "--stage", "full-text")
    assert gonogo(*full, "--as", "Ada", "--decide", work, "include").code == 0
    assert gonogo(*full, "--as", "Ben", "--decide", work, "exclude", "--criterion", "off-topic").code == 0
    told = gonogo("literature", "status", "-w", tracked).out
    assert "waits: 1 full text on which screeners differ: gonogo literature screen --as NAME" in told
    assert "to be read" not in told
    with desk(Settings.of(tracked), "Ada", "full-text", "disputed", print) as seat:
        shown = seat.next()
        assert shown is not None
        assert shown.records == (work,)
        seat.decide(shown, "include")
        assert seat.next() is None
    assert gonogo("literature", "status", "--json", "-w", tracked).json["included"] == 1
    assert gonogo("verify", "-w", tracked).code == 0
