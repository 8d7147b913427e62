"""What may look like a contradiction and is none raises no alarm."""

from __future__ import annotations

import pytest

from tasks.audit.audit import audit
from tasks.audit.reading.opening import read_report

from .quiet import QUIET

EACH = [(why, at, text) for why, texts in QUIET.items() for at, text in enumerate(texts)]


@pytest.mark.parametrize("text", [text for *_, text in EACH], ids=[f"{why}-{at}" for why, at, _ in EACH])
def test_no_alarm_is_raised_by(text: str) -> None:
    found = audit(read_report(text)).findings
    alarms = [each for each in found if each.verdict in ("inconsistent", "depends on reading")]
    assert not alarms, [(each.check, each.quote, each.computation) for each in alarms]
