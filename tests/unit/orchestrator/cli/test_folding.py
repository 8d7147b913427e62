"""Tables of a diagnosis are readable in narrow terminals: names fold behind dots and spaces, numbers stay whole."""

from __future__ import annotations

import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from rich.table import Table

from orchestrator.cli.show.diagnosis import _interval, _table
from orchestrator.cli.show.folding import Folded, folded

NAMES = (
    "uniform-site visual.transformer.resblocks.11.attn",
    "silent-head model.language_model.layers.0.self_attn head 3",
    "uniform-site vision_model.encoder.layers.0.self_attn",
    "swap-image",
)


def effects() -> Table:
    """As `gonogo diagnose` makes it of interventions."""
    table = _table("intervention", "moved", "95 % interval", "loss, nat")
    for name in NAMES:
        table.add_row(Folded(name), "0.3622", _interval(0.1390, 0.5853), "+11.9933")
    return table


def losses() -> Table:
    table = _table("entropy lost", "share", "95 % interval", "random init", "heads collapsed")
    for layer in range(12):
        heads = "0, 1, 2, 3, 5, 7, 8 and 11"
        table.add_row(Folded(f"vision/{layer:02d} collapsed"), "0.794", _interval(-0.1, 0.8), "0.9876", heads)
    return table


def printed(table: Table, width: int) -> list[str]:
    out = io.StringIO()
    Console(file=out, width=width, highlight=False).print(table)
    return out.getvalue().splitlines()


@pytest.mark.parametrize("width", [120, 80, 60])
def test_no_word_of_a_table_is_broken_and_no_line_is_longer_than_the_terminal(width: int) -> None:
    whole = {word for name in NAMES for word in re.split(r"[. ]", name)}
    whole |= {
        "intervention",
        "moved",
        "95",
        "%",
        "interval",
        "loss,",
        "nat",
        "0.3622",
        "[0.1390,",
        "0.5853]",
        "+11.9933",
    }
    lines = printed(effects(), width)
    assert all(len(line) <= width for line in lines)
    numbers = re.compile(r"[-+\[]?\d\.\d+[,\]]?|\+11\.9933")
    words = [
        part
        for line in lines
        for word in line.split()
        for part in ([word] if numbers.fullmatch(word) else word.split("."))
    ]
    assert {word for word in words if word} <= whole
    names = "".join(line[: line.index("0.3622")] if "0.3622" in line else line for line in lines[1:])
    assert re.sub(r"\s", "", names) == re.sub(r"\s", "", "".join(NAMES)), "and nothing of a name is lost"


@pytest.mark.parametrize("width", [80, 60])
def test_layers_stay_whole_beside_their_heads(width: int) -> None:
    lines = printed(losses(), width)
    assert all(len(line) <= width for line in lines)
    text = "\n".join(lines)
    assert [f"vision/{layer:02d}" in text for layer in range(12)] == [True] * 12
    assert text.count("[-0.1000, 0.8000]") == 12
    assert len(re.findall(r"\bcollapsed\b", text)) == 13, "once in the heading, once a layer"


@given(st.from_regex(r"[a-c_]{1,12}([. ][a-c_]{1,12}){0,5}", fullmatch=True), st.integers(4, 40))
def test_lines_are_never_wider_than_asked_for_and_whole_where_every_word_fits(name: str, width: int) -> None:
    lines = folded(name, width)
    assert all(len(line) <= width for line in lines)
    if max(len(piece) for piece in re.findall(r"[^. ]*[. ]|[^. ]+", name)) <= width:
        assert re.sub(r"\s", "", "".join(lines)) == re.sub(r"\s", "", name)


def test_what_is_too_long_for_a_line_of_its_own_loses_its_middle() -> None:
    assert folded("encoder.a_very_long_name_of_a_layer.attn", 16) == ["encoder.", "a_very_l…_layer.", "  attn"]
