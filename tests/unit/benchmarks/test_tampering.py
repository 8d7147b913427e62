"""A damaged log is found damaged, at the first row that is not the one that was written."""

from __future__ import annotations

import random

import pytest

from benchmarks import tampering
from benchmarks.tampering import KINDS, TamperedLog, damaged, main, written
from store.log.chain import ChainCheck


def test_every_random_damage_is_seen_and_named_at_the_right_place() -> None:
    tried = list(damaged(900, seed=20261126))
    assert {each.kind for each in tried} == set(KINDS)
    assert [each for each in tried if not (each.seen and each.placed)] == []
    assert {each.expected for each in tried} >= set(range(1, 60)), "damage is done all over the log"


@pytest.mark.parametrize("kind", KINDS)
def test_the_position_to_be_named_is_that_of_the_first_row_that_differs(kind: str) -> None:
    whole = written()
    for seed in range(60):
        rows = list(whole)
        expected = KINDS[kind](rows, random.Random(seed))
        first = next(
            (i for i, pair in enumerate(zip(rows, whole, strict=False), 1) if repr(pair[0]) != repr(pair[1])),
            len(rows) + 1,
        )
        assert expected == (first + 1 if kind == "edit, linked anew" else first)


def test_a_tail_that_was_cut_leaves_a_whole_chain() -> None:
    rows = written()
    KINDS["tail cut"](rows, random.Random(3))
    assert TamperedLog(rows).check().ok, "so it takes a head that is named elsewhere"


def test_what_is_missed_shows_in_the_table(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["60", "5"]) == 0
    assert capsys.readouterr().out.splitlines()[-1].split() == ["all", "60", "60", "60"]

    def chain_alone(log: TamperedLog, _: object) -> ChainCheck:
        return log.check()

    monkeypatch.setattr(tampering, "check_record", chain_alone)
    assert main(["60", "5"]) == 1
    assert capsys.readouterr().out.splitlines()[-2].split() == ["tail", "cut", "10", "0", "0"]
