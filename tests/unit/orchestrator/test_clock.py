"""A clock is held against the last time in the log, and against what it has said before."""

from __future__ import annotations

from datetime import timedelta

import pytest

from orchestrator.clock import SessionClock, WrongClock, apart, refuses, verdict

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.mark.parametrize("ahead", [timedelta(0), MINUTE, -DAY, -30 * DAY])
def test_a_log_that_is_hardly_ahead_or_has_rested_is_nothing_to_speak_of(clock, ahead: timedelta) -> None:
    assert SessionClock(clock).check(clock() + ahead) is None


@pytest.mark.parametrize(("ahead", "shown"), [(61 * MINUTE, "61 minutes"), (DAY, "24 hours")])
def test_a_log_that_is_more_than_a_minute_ahead_is_warned_of(clock, ahead: timedelta, shown: str) -> None:
    said = SessionClock(clock).check(clock() + ahead)
    assert said is not None
    assert f"is {shown} ahead of this machine's clock, 2026-03-02 09:00 UTC" in said
    assert "\n" not in said


@pytest.mark.parametrize("days", [31, 365])
def test_a_log_that_was_left_for_more_than_a_month_is_spoken_of(clock, days: int) -> None:
    said = SessionClock(clock).check(clock() - days * DAY)
    assert said is not None
    assert f"is {days} days behind this machine's clock" in said
    assert said.endswith("; if nothing was left for so long, set the clock right")


@pytest.mark.parametrize("hours", [25, 47, -9_000])
def test_whoever_asks_is_told_that_nothing_is_appended_and_how_it_goes_on(clock, hours: int) -> None:
    last = clock() + timedelta(hours=hours)
    assert refuses(last, clock())
    assert "; nothing is appended: set the clock right, or give --trust-clock if it is" in (
        verdict(last, clock()) or ""
    )


@pytest.mark.parametrize("years", [-5, 5])
def test_a_log_that_is_years_away_from_the_clock_is_refused_unless_the_clock_is_trusted(clock, years: int) -> None:
    last = clock() + years * 365 * DAY
    with pytest.raises(WrongClock, match=r"1,825 days (ahead of|behind) this .* or give --trust-clock") as found:
        SessionClock(clock).check(last)
    assert found.value.exit_code == 2
    trusted = SessionClock(clock, trusted=True)
    assert "1,825 days" in (trusted.check(last) or "")
    assert trusted() == clock()


@pytest.mark.parametrize("ahead", [DAY + MINUTE, -365 * DAY - MINUTE])
def test_a_day_ahead_and_a_year_of_rest_are_the_bounds(clock, ahead: timedelta) -> None:
    with pytest.raises(WrongClock):
        SessionClock(clock).check(clock() + ahead)


def test_a_clock_that_is_set_back_by_days_while_it_is_used_is_refused_until_it_is_right_again(clock) -> None:
    asked = SessionClock(clock)
    asked()
    clock.turn(-3600)
    assert asked() == clock(), "an hour is the business of the log, whose times do not run back"
    clock.turn(-86_400)
    with pytest.raises(WrongClock, match="25 hours ahead"):
        asked()
    clock.turn(86_400)
    assert asked() == clock()


def test_times_are_told_apart_in_the_largest_unit_of_which_there_are_two(clock) -> None:
    at = clock()
    assert [apart(at, at + timedelta(seconds=s)) for s in (3, 119, 120, 7199, 7200, 172_800)] == [
        "3 seconds", "119 seconds", "2 minutes", "119 minutes", "2 hours", "2 days",
    ]  # fmt: skip
