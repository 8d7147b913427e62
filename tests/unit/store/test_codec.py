"""Events survive storage unchanged, and logs of other versions are met with a clear word."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, get_args

import pytest

from store.canonical import digest_of
from store.errors import IntegrityFailure, UndecodableEvent
from store.events import CycleOpened, Event, StudyRegistered, TaskFailed, TaskPlanned
from store.kinds.diagnostics import DiagnosticSpec, Method
from store.log import codec
from store.log.codec import VERSIONS, decode, encode, format_time, parse_time
from store.models import DataRef, ModelRef
from store.study.protocol import Study


def test_an_event_comes_back_as_it_was() -> None:
    event = TaskFailed(task_id="c1-x", fence=2, error="naïve “quotes”\nand a line\u2028separator")
    assert decode(*encode(event)) == event


def test_every_event_has_a_version_and_is_tagged_with_its_own_name() -> None:
    for member in get_args(Event):
        assert VERSIONS[member.__name__] >= 1
        assert member.model_fields["type"].default == member.__name__


@pytest.mark.parametrize(("type", "version"), [("CycleOpened", 2), ("CycleDreamt", 1), ("TaskPlanned", 0)])
def test_an_event_of_a_version_that_is_unknown_cannot_be_decoded(type: str, version: int) -> None:
    with pytest.raises(UndecodableEvent, match=rf"version {version} of a {type} event is unknown"):
        decode(type, version, '{"type":"CycleOpened","cycle":1,"because":"x"}')


@pytest.mark.parametrize(
    "body", ["{}", "not json", '{"type":"CycleOpened","cycle":"one","because":"x"}', '{"type":"CycleClosed","cycle":1}']
)
def test_a_body_that_does_not_fit_its_type_is_an_integrity_failure(body: str) -> None:
    with pytest.raises(IntegrityFailure, match="gonogo verify"):
        decode("CycleOpened", 1, body)


def test_an_old_body_is_upcast_step_by_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codec, "VERSIONS", {**VERSIONS, "CycleOpened": 3})
    monkeypatch.setattr(
        codec,
        "UPCASTERS",
        {
            ("CycleOpened", 1): lambda body: {**body, "because": body["why"]},
            ("CycleOpened", 2): lambda body: {key: body[key] for key in ("type", "cycle", "because")},
        },
    )
    event = decode("CycleOpened", 1, '{"type":"CycleOpened","cycle":4,"why":"an old log"}')
    assert event == CycleOpened(cycle=4, because="an old log")


def test_times_are_stored_in_utc_with_a_fixed_width() -> None:
    at = datetime(2026, 1, 1, 12, 0, tzinfo=timezone(timedelta(hours=2)))
    assert format_time(at) == "2026-01-01T10:00:00.000000Z"
    assert parse_time(format_time(at)) == at
    assert parse_time(format_time(at)).tzinfo == UTC
    with pytest.raises(IntegrityFailure):
        parse_time("yesterday")


def test_a_log_from_when_two_rows_were_enough_can_still_be_read(study_data: Any) -> None:
    given = study_data(diagnostics={"rows": 2})
    with pytest.raises(ValueError, match="2 rows tell too little"):
        Study.model_validate(given)
    study = Study.model_validate({**given, "diagnostics": {"rows": 8}})
    registered = StudyRegistered(study=study, digest=digest_of(study))
    spec = DiagnosticSpec(
        model=ModelRef.parse("clip:tiny@random"), data=DataRef(source="shapes", n=4), method=Method(rows=8)
    )
    planned = TaskPlanned(
        task_id="c1-x",
        cycle=1,
        title="t",
        priority="high",
        subject="s",
        rule="r",
        because="b",
        spec=spec,
        depends_on=(),
        acceptance=(),
    )
    for event in (registered, planned):
        type, version, body = encode(event)
        assert '"rows":8' in body
        read = decode(type, version, body.replace('"rows":8', '"rows":2'))
        assert encode(read)[2] == body.replace('"rows":8', '"rows":2')


def test_pairs_to_share_out_are_kept_in_events_and_change_no_digest_while_none_are_asked_for(study_data: Any) -> None:
    plain = Study.model_validate(study_data(diagnostics={"nulls": 4}))
    none = Study.model_validate(study_data(diagnostics={"nulls": 4, "mm_shap": 0}))
    some = Study.model_validate(study_data(diagnostics={"nulls": 4, "mm_shap": 8}))
    assert digest_of(plain) == digest_of(none) != digest_of(some)
    registered = StudyRegistered(study=some, digest=digest_of(some))
    type, version, body = encode(registered)
    found = decode(type, version, body)
    assert found == registered and isinstance(found, StudyRegistered) and found.study.diagnostics.mm_shap == 8
    older = json.loads(encode(StudyRegistered(study=plain, digest=digest_of(plain)))[2])
    assert decode("StudyRegistered", version - 1, json.dumps(older)) == decode(type, version, json.dumps(older))
    with pytest.raises(ValueError, match="less than or equal to 1000"):
        Study.model_validate(study_data(diagnostics={"mm_shap": 1001}))
