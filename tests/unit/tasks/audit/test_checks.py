"""Every check finds what cannot be true, and is silent on its twin that can."""

from __future__ import annotations

import pytest

from tasks.audit.audit import audit
from tasks.audit.checks import CHECKS
from tasks.audit.reading.opening import read_report

from .fragments import PAIRS
from .more_fragments import MORE

ALARMS = ("inconsistent", "depends on reading")
ALL = {check: [*PAIRS.get(check, []), *MORE.get(check, [])] for check in PAIRS | MORE}
EACH = [(check, at, pair) for check, pairs in ALL.items() for at, pair in enumerate(pairs)]
IDS = [f"{check}-{at}" for check, at, _ in EACH]


def alarms(text: str):
    return [each for each in audit(read_report(text)).findings if each.verdict in ALARMS]


def test_every_check_has_fragments() -> None:
    assert set(ALL) == set(CHECKS)
    assert len(EACH) >= 150


@pytest.mark.parametrize(("check", "pair"), [(check, pair) for check, _, pair in EACH], ids=IDS)
def test_what_cannot_be_true_is_found_with_its_line_and_computation(check: str, pair: tuple[str, str]) -> None:
    found = [each for each in alarms(pair[0]) if each.check == check]
    assert found, [(each.check, each.computation) for each in alarms(pair[0])]
    for each in found:
        assert 1 <= each.line <= pair[0].count("\n") + 1
        assert each.quote
        assert len(each.computation) > 10


@pytest.mark.parametrize("pair", [pair for _, _, pair in EACH], ids=IDS)
def test_its_twin_raises_no_alarm(pair: tuple[str, str]) -> None:
    assert not alarms(pair[1]), [(each.check, each.quote, each.computation) for each in alarms(pair[1])]
