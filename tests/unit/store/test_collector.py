"""The collector is paused where much is made, and is on again after that; what was made it takes for old."""

from __future__ import annotations

import gc

from store.collector import paused_collector


def test_the_collector_is_on_again_after_a_pause() -> None:
    with paused_collector():
        assert not gc.isenabled()
        with paused_collector(aged=True):
            pass
        assert not gc.isenabled(), "as long as the outer pause lasts"
    assert gc.isenabled()


def test_what_was_made_is_old_and_may_still_be_collected() -> None:
    frozen = gc.get_freeze_count()
    with paused_collector(aged=True):
        made = [object() for _ in range(3)]
    assert any(each is made for each in gc.get_objects(generation=2))
    assert gc.get_freeze_count() == frozen == 0
