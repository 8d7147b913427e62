"""Settings: what the environment says, and folders that cannot be used."""

from __future__ import annotations

import pwd
from pathlib import Path

import pytest

from orchestrator.settings import Settings
from store.errors import BadInput


@pytest.mark.parametrize("name", ["a?b", "a%41b"])
def test_a_folder_that_an_address_would_read_as_another_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="choose another name"):
        Settings.of(tmp_path / name)
    with pytest.raises(BadInput, match="choose another name"):
        Settings.of(tmp_path / name / "study")


@pytest.mark.parametrize("name", ["we ird'q\"#x&y", "100%", "é", "a%zz"])
def test_other_names_are_taken(name: str, tmp_path: Path) -> None:
    assert Settings.of(tmp_path / name).workspace == tmp_path / name


def test_the_signing_key_lies_in_the_users_configuration_unless_one_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", "/somewhere")
    assert Settings.of(Path("x")).key == Path("/somewhere/gonogo/signing.key")
    monkeypatch.setenv("GONOGO_KEY", "/keys/mine")
    assert Settings.of(Path("x")).key == Path("/keys/mine")


def test_a_slow_machine_may_wait_longer_for_the_log_and_keep_claims_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GONOGO_LOCK_SECONDS", "GONOGO_LEASE_SECONDS"):
        monkeypatch.delenv(name, raising=False)
    assert (Settings.of(Path("x")).lock_timeout_s, Settings.of(Path("x")).lease_s) == (10, 30)
    monkeypatch.setenv("GONOGO_LOCK_SECONDS", "120")
    monkeypatch.setenv("GONOGO_LEASE_SECONDS", "600")
    assert (Settings.of(Path("x")).lock_timeout_s, Settings.of(Path("x")).lease_s) == (120, 600)


@pytest.mark.parametrize("name", ["GONOGO_LOCK_SECONDS", "GONOGO_LEASE_SECONDS"])
@pytest.mark.parametrize("seconds", ["soon", "0", "-1", "nan", "1e9"])
def test_a_time_that_makes_no_sense_is_named(name: str, seconds: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, seconds)
    with pytest.raises(BadInput, match=f"{name}={seconds}: give a number of seconds"):
        Settings.of(Path("x"))


def test_a_user_without_a_home_keeps_no_key_and_no_cache_unless_told_where(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a container has it that is run under a number without a name."""
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "GONOGO_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(pwd, "getpwuid", _unknown)
    homeless = Settings.of(Path("x"))
    assert (homeless.workspace, homeless.key, homeless.cache) == (Path("x"), None, None)
    monkeypatch.setenv("GONOGO_KEY", "/keys/mine")
    monkeypatch.setenv("XDG_CACHE_HOME", "/cache")
    settled = Settings.of(Path("x"))
    assert (settled.key, settled.cache) == (Path("/keys/mine"), Path("/cache/gonogo/nulls"))


@pytest.mark.parametrize("name", ["~nobody-of-that-name", "~nobody-of-that-name/study"])
def test_the_home_of_nobody_is_no_workspace(name: str) -> None:
    with pytest.raises(BadInput, match="no such user"):
        Settings.of(Path(name))


def _unknown(uid: int) -> None:
    raise KeyError(f"getpwuid(): uid not found: {uid}")
