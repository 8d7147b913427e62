"""Signed heads: what is signed can be checked by anybody, and changed by nobody."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from orchestrator.checking.integrity import check_record
from orchestrator.checking.signing import (
    SignedHead,
    make_key,
    own_key,
    parsed_head,
    public_key,
    sign_head,
    signed_heads,
)
from orchestrator.workspace import Workspace
from store.errors import BadInput, NewerSchema
from store.events import CycleClosed, CycleOpened
from store.log.memory import MemoryLog


@pytest.fixture
def log() -> MemoryLog:
    return grown(2)


def grown(events: int, minute: int = 0) -> MemoryLog:
    log = MemoryLog(lambda: datetime(2026, 3, 2, 9, minute, tzinfo=UTC))
    for number in range(events):
        log.append([CycleOpened(cycle=number + 1, because="x")], expected=number, actor="system")
    return log


def test_a_head_is_signed_once_and_checked_by_the_public_key(log: MemoryLog, tmp_path: Path) -> None:
    workspace, key = Workspace(tmp_path), make_key(tmp_path / "key")
    signed = sign_head(log, workspace, key)
    assert signed is not None
    assert (signed.position, signed.head, signed.key) == (2, log.check().head, public_key(key))
    assert signed.intact
    assert sign_head(log, workspace, key) is None, "this head is signed"
    log.append([CycleClosed(cycle=1)], expected=2, actor="system")
    assert sign_head(log, workspace, key) is not None
    assert [each.position for _, each in signed_heads(workspace) if each] == [2, 3]
    assert check_record(log, workspace).ok


def test_a_log_written_anew_that_is_no_history_is_still_held_to_its_signed_head(log: MemoryLog, tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    assert sign_head(log, workspace, make_key(tmp_path / "key")) is not None
    forged = MemoryLog(lambda: datetime(2026, 3, 2, tzinfo=UTC))
    forged.append([CycleClosed(cycle=7), CycleClosed(cycle=8)], expected=0, actor="system")
    assert check_record(forged, workspace).first_bad == 2


def test_no_field_of_a_signed_head_can_be_changed(log: MemoryLog, tmp_path: Path) -> None:
    signed = sign_head(log, Workspace(tmp_path), make_key(tmp_path / "key"))
    assert signed is not None
    other = public_key(make_key(tmp_path / "other"))
    for change in (
        {"origin": "0" * 64}, {"position": 1}, {"head": "0" * 64}, {"key": other}, {"key": "no key"},
        {"signature": "00" * 64}, {"signature": ""},
    ):  # fmt: skip
        assert not replace(signed, **change).intact  # type: ignore[arg-type]
    assert parsed_head(signed.json()) == signed
    for text in ("", "[]", "{}", signed.json().replace("gonogo.head/1", "gonogo.tail/1"), signed.json()[:-20]):
        assert parsed_head(text) is None


def test_a_log_that_was_cut_or_written_anew_is_not_the_one_that_was_signed(tmp_path: Path) -> None:
    workspace, whole = Workspace(tmp_path), grown(5)
    sign_head(whole, workspace, make_key(tmp_path / "key"))
    cut = check_record(grown(3), workspace)
    assert (cut.first_bad, cut.why) == (4, "event 4 is missing: 000005.json was signed at 5")
    anew = check_record(grown(5, minute=1), workspace)
    assert anew.first_bad == 5
    assert anew.why == "the log is not the one that 000005.json was signed for"
    assert check_record(grown(0), workspace).first_bad == 1


def test_a_head_without_a_valid_signature_proves_nothing(log: MemoryLog, tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    signed = sign_head(log, workspace, make_key(tmp_path / "key"))
    assert signed is not None
    workspace.head(2).write_text(replace(signed, position=9).json())
    assert list(signed_heads(workspace)) == [(workspace.head(2), None)]
    assert check_record(log, workspace).ok, "gonogo verify tells of the file"


def test_a_head_that_a_newer_version_signed_is_not_called_damaged(log: MemoryLog, tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    assert sign_head(log, workspace, make_key(tmp_path / "key")) is not None
    file = workspace.head(2)
    file.write_text(file.read_text().replace("gonogo.head/1", "gonogo.head/2"))
    with pytest.raises(NewerSchema, match=r"gonogo\.head/2, .*upgrade gonogo"):
        check_record(log, workspace)


@pytest.mark.parametrize("schema", ['"gonogo.tail/1"', "7", "null", "[]"])
def test_what_is_no_schema_is_no_signed_head(schema: str) -> None:
    assert parsed_head(f'{{"schema": {schema}}}') is None
    assert parsed_head(schema) is None


def test_an_empty_log_has_no_head(tmp_path: Path) -> None:
    assert sign_head(grown(0), Workspace(tmp_path), make_key(tmp_path / "key")) is None


def test_a_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "new" / "key"
    assert own_key(path) is None
    made = make_key(path)
    assert path.stat().st_mode & 0o777 == 0o600
    found = own_key(path)
    assert found is not None
    assert public_key(found) == public_key(made)
    assert public_key(make_key(path)) == public_key(made), "the first one's counts"
    assert [each.name for each in path.parent.iterdir()] == ["key"]


def test_a_file_that_holds_no_such_key_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "key"
    curve = generate_private_key(SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    for content in (b"", b"ssh-ed25519 AAAA", curve):
        path.write_bytes(content)
        with pytest.raises(BadInput, match="holds no Ed25519 key without a password"):
            own_key(path)
    with pytest.raises(BadInput, match="cannot be read"):
        own_key(tmp_path)


def test_the_file_of_a_head_is_plain_json(log: MemoryLog, tmp_path: Path) -> None:
    signed = sign_head(log, Workspace(tmp_path), make_key(tmp_path / "key"))
    assert signed is not None
    data = json.loads(Workspace(tmp_path).head(2).read_text())
    assert data.pop("schema") == "gonogo.head/1"
    assert SignedHead(**data) == signed
