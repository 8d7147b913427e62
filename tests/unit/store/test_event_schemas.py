"""The shape of each version of an event is pinned, and what another version wrote asks for an upgrade."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

import pytest

from store.canonical import canonical
from store.errors import IntegrityFailure, NewerSchema
from store.events import CycleOpened, Event
from store.kinds import KINDS
from store.log.chain import EventRow, link
from store.log.codec import UPCASTERS, VERSIONS, encode
from store.log.reading import decoded
from store.record import GENESIS

PINS = Path(__file__).resolve().parents[2] / "golden" / "events" / "schemas.json"
"""From `type/version` to the digest of its JSON schema. An entry is never changed; a new version adds one."""

WORDS = ("title", "description")


def shape(schema: Any) -> Any:
    """A JSON schema without the words that explain it, and by structure alone, whatever its models are called."""
    defs = schema.get("$defs", {})

    def plain(value: Any) -> Any:
        if isinstance(value, dict):
            if set(value.get("discriminator", {}).get("mapping", {})) == set(KINDS):
                return "the spec of a task"  # each kind has a pin of its own
            if "$ref" in value:
                return plain(defs[value["$ref"].rpartition("/")[2]])
            return {
                key: {name: plain(field) for name, field in inner.items()} if key == "properties" else plain(inner)
                for key, inner in value.items()
                if key not in (*WORDS, "$defs", "mapping")
            }
        return [plain(inner) for inner in value] if isinstance(value, list) else value

    return plain(schema)


def digest(event: type) -> str:
    return hashlib.sha256(canonical(shape(event.model_json_schema())).encode()).hexdigest()  # type: ignore[attr-defined]


@pytest.mark.parametrize("event", get_args(Event), ids=lambda event: event.__name__)
def test_the_shape_of_an_event_is_the_one_that_its_version_has_always_had(event: type) -> None:
    pinned(event.__name__, f"{event.__name__}/{VERSIONS[event.__name__]}", digest(event))


@pytest.mark.parametrize("kind", KINDS)
def test_the_spec_of_a_kind_has_the_shape_that_it_has_always_had(kind: str) -> None:
    pinned("TaskPlanned", f"TaskPlanned/{VERSIONS['TaskPlanned']} {kind}", digest(KINDS[kind].spec))


def pinned(name: str, key: str, found: str) -> None:
    version, pins = VERSIONS[name], json.loads(PINS.read_text())
    if key not in pins:
        pytest.fail(f'{key} is new: pin its shape, "{key}": "{found}" in tests/golden/events/{PINS.name}')
    assert pins[key] == found, (
        f"{key} has another shape than it had: give {name} version {version + 1} in store/log/codec.py, with an "
        f'upcaster, and pin its shape, "{found}", under that version in tests/golden/events/{PINS.name}'
    )


def test_every_older_version_has_an_upcaster() -> None:
    assert set(UPCASTERS) == {(name, old) for name, version in VERSIONS.items() for old in range(1, version)}


def rows(*bodies: tuple[str, int, str]) -> Iterator[EventRow]:
    head = GENESIS
    for position, (type, version, body) in enumerate(bodies, start=1):
        bare = EventRow("study", position, "2026-01-01T00:00:00.000000Z", "a", None, type, version, body)
        head = link(head, bare)
        yield EventRow("study", position, bare.at, "a", None, type, version, body, head)


OPENED = encode(CycleOpened(cycle=1, because="x"))


AUDIT = {"kind": "audit", "report": "r.md", "digest": "0" * 64}
PLANNED = {
    "type": "TaskPlanned", "task_id": "c1-x", "cycle": 1, "title": "t", "subject": "s", "priority": "high", "rule": "r",
    "because": "b", "depends_on": [], "acceptance": [],
}  # fmt: skip


@pytest.mark.parametrize(
    "newer",
    [
        ("CycleOpened", VERSIONS["CycleOpened"] + 1, OPENED[2]),
        ("CycleOpened", 0, OPENED[2]),
        ("CycleOpened", "1.1", OPENED[2]),
        ("CycleDreamt", 1, '{"type":"CycleDreamt"}'),
        ("CycleOpened", VERSIONS["CycleOpened"], '{"type":"CycleOpened","cycle":1,"because":"x","mood":"good"}'),
        ("TaskPlanned", VERSIONS["TaskPlanned"], canonical({**PLANNED, "spec": {"kind": "dream"}})),
        (
            "TaskPlanned",
            VERSIONS["TaskPlanned"],
            canonical({**PLANNED, "priority": "urgent", "spec": {"kind": "audit"}}),
        ),
        (
            "TaskPlanned",
            VERSIONS["TaskPlanned"],
            canonical({**PLANNED, "spec": {**AUDIT, "locale": "de"}}),
        ),
    ],
    ids=[
        "a later version",
        "no version",
        "a version in words",
        "an unknown event",
        "a new field",
        "an unknown kind",
        "a new literal",
        "a field of a kind",
    ],
)
def test_an_intact_event_of_another_version_asks_for_an_upgrade_and_is_never_called_damaged(newer) -> None:
    stored = list(rows(OPENED, newer))
    with pytest.raises(NewerSchema, match="upgrade gonogo") as found:
        list(decoded(stored, lambda: stored))
    assert found.value.exit_code == 2
    assert "damaged" not in str(found.value)
    assert "\n" not in str(found.value)


@pytest.mark.parametrize(
    "altered",
    [
        {"body": '{"type":"CycleOpened","cycle":1,"because":"x","mood":"good"}'},
        {"version": VERSIONS["CycleOpened"] + 1},
        {"version": "one"},
        {"type": "CycleDreamt"},
        {"body": OPENED[2], "type": "CycleClosed"},
    ],
    ids=lambda altered: " and ".join(altered),
)
def test_an_event_that_was_altered_is_called_altered_even_where_it_looks_newer(altered: dict[str, Any]) -> None:
    first, second = rows(OPENED, OPENED)
    stored = [first, replace(second, **altered)]
    with pytest.raises(IntegrityFailure, match=r"event 2 was altered .*\(position 2\)"):
        list(decoded(stored, lambda: stored))


def test_a_log_keeps_the_time_and_the_order_of_what_it_reads() -> None:
    stored = list(rows(OPENED, OPENED))
    read = list(decoded(stored, lambda: stored))
    assert [entry.position for entry in read] == [1, 2]
    assert read[0].at == datetime(2026, 1, 1, tzinfo=UTC)
