"""Units of time and of memory, as reports write them."""

from __future__ import annotations

SECONDS: dict[str, float] = {}
for _names, _seconds in (
    (("ns", "nanosecond", "nanoseconds"), 1e-9),
    (("µs", "μs", "us", "microsecond", "microseconds"), 1e-6),
    (("ms", "msec", "millisecond", "milliseconds"), 1e-3),
    (("s", "sec", "secs", "second", "seconds"), 1.0),
    (("min", "mins", "minute", "minutes"), 60.0),
    (("h", "hr", "hrs", "hour", "hours"), 3600.0),
    (("day", "days"), 86400.0),
):
    SECONDS.update(dict.fromkeys(_names, _seconds))

BYTES: dict[str, float] = {"B": 1.0, "byte": 1.0, "bytes": 1.0}
for _power, _letter in enumerate("KMGT", start=1):
    BYTES[f"{_letter}B"] = 1000.0**_power
    BYTES[f"{_letter}iB"] = 1024.0**_power
BYTES["kB"] = 1000.0


def _any(names: dict[str, float]) -> str:
    return "|".join(sorted(names, key=len, reverse=True))


TIME = f"(?:{_any(SECONDS)})(?![A-Za-z_])"
MEMORY = f"(?:{_any(BYTES)})(?![A-Za-z_])"
PERCENT = r"(?:%|percent\b|per cent\b)"

UNIT = f"(?:{TIME}|{MEMORY}|{PERCENT})"


def dimension(unit: str) -> str:
    """`time`, `memory`, `percent`, or nothing."""
    if unit in SECONDS:
        return "time"
    if unit in BYTES:
        return "memory"
    return "percent" if unit in ("%", "percent", "per cent") else ""


def factor(unit: str) -> float:
    """Seconds or bytes in one of it; 1 for every other unit."""
    return SECONDS.get(unit) or BYTES.get(unit) or 1.0
