"""Who decides on literature, and in whose name: names, rules, disagreements, and what is taken back."""

from __future__ import annotations

from pathlib import Path

import pytest

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
