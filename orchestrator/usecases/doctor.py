"""Checks whether the machine and the workspace are fit, one named check after the other."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import packages_distributions

from orchestrator.packages import PACKAGES, REMEDY, fault
from orchestrator.settings import Settings
from orchestrator.workspace import Workspace
from store.errors import GonogoError, IntegrityFailure
from tasks.libraries import EXTRA, INSTALL, versions

LOW_DISK = 1 << 30
"""Bytes below which a cycle may not be able to finish."""


@dataclass(frozen=True, slots=True)
class CheckUp:
    """One check and what it found."""

    name: str
    ok: bool
    detail: str


def examine(settings: Settings) -> tuple[CheckUp, ...]:
    """Every check, in order. A check that raises has failed."""
    checks: tuple[tuple[str, Callable[[Settings], tuple[bool, str]]], ...] = (
        ("python", _python),
        ("packages", _packages),
        ("sqlite", _sqlite),
        ("mlflow", _mlflow),
        ("diagnostics", _diagnostics),
        ("papers", _papers),
        ("walls", _walls),
        ("gpu", _gpu),
        ("processors", _processors),
        ("workspace", _workspace),
        ("disk", _disk),
        ("key", _key),
        ("study", _study),
        ("log", _log),
        ("clock", _clock),
    )
    return tuple(_run(name, check, settings) for name, check in checks)


def _run(name: str, check: Callable[[Settings], tuple[bool, str]], settings: Settings) -> CheckUp:
    try:
        ok, detail = check(settings)
    except (GonogoError, OSError, ImportError, RuntimeError) as error:
        ok, detail = False, " ".join(str(error).split())
    return CheckUp(name, ok, detail)


def _python(_: Settings) -> tuple[bool, str]:
    return sys.version_info >= (3, 11), sys.version.split()[0]


def _packages(_: Settings) -> tuple[bool, str]:
    wrong = fault(thorough=True)
    if wrong is not None:
        return False, wrong
    owners = packages_distributions()
    others = {name: sorted(set(owners.get(name, ())) - {"gonogo"}) for name in PACKAGES}
    for name, claimed in others.items():
        if claimed:
            return False, f"{', '.join(claimed)} installs a package named {name!r} too; {REMEDY}"
    return True, f"{', '.join(PACKAGES)} are gonogo's own"


def _sqlite(_: Settings) -> tuple[bool, str]:
    from store.log.sql.sqlite import sqlite_module, wal_is_safe

    module = sqlite_module()
    safe = wal_is_safe(module.sqlite_version_info)
    mode = "WAL" if safe else "DELETE, because this version can corrupt a WAL; pip install pysqlite3 brings a newer one"
    return True, f"{module.sqlite_version} from {module.__name__}, journal mode {mode}"


def _mlflow(_: Settings) -> tuple[bool, str]:
    found = versions(["mlflow"])
    return bool(found), found.get("mlflow", "mlflow is not installed")


def _diagnostics(_: Settings) -> tuple[bool, str]:
    found = versions(EXTRA)
    missing = [name for name in EXTRA if name not in found]
    if missing:
        return False, f"{', '.join(missing)} missing; {INSTALL}"
    return True, ", ".join(f"{name} {version}" for name, version in found.items())


def _papers(_: Settings) -> tuple[bool, str]:
    from tasks.drafting.building.tools import builders

    return True, builders()


def _walls(_: Settings) -> tuple[bool, str]:
    from tasks.drafting.building.tools import keepers

    return True, keepers()


def _gpu(_: Settings) -> tuple[bool, str]:
    import pynvml

    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError:
        return True, "none; measurements run on the CPU"
    names = [pynvml.nvmlDeviceGetName(pynvml.nvmlDeviceGetHandleByIndex(i)) for i in range(pynvml.nvmlDeviceGetCount())]
    pynvml.nvmlShutdown()
    return True, ", ".join(map(str, names)) or "none; measurements run on the CPU"


def _processors(_: Settings) -> tuple[bool, str]:
    return True, f"{os.cpu_count()} logical processors"


def _workspace(settings: Settings) -> tuple[bool, str]:
    there = settings.workspace.is_dir()
    return there, f"{settings.workspace.resolve()}{'' if there else ' is not there; gonogo init makes it'}"


def _disk(settings: Settings) -> tuple[bool, str]:
    place = next(
        path for path in (settings.workspace.resolve(), *settings.workspace.resolve().parents) if path.exists()
    )
    free = shutil.disk_usage(place).free
    return free >= LOW_DISK, f"{free / 1e9:.1f} GB free at {place}"


def _key(settings: Settings) -> tuple[bool, str]:
    from orchestrator.checking.signing import own_key, public_key

    if settings.key is None:
        return False, "this user has no home folder to keep a signing key in; GONOGO_KEY names a file"
    key = own_key(settings.key)
    told = "" if key is None else public_key(key)
    return True, f"{settings.key}, public half {told}" if told else f"no {settings.key} yet; gonogo run makes one"


def _study(settings: Settings) -> tuple[bool, str]:
    from orchestrator.study.file import read_study
    from orchestrator.study.preflight import check_machine

    path = Workspace(settings.workspace).study_file
    if not path.is_file():
        return True, f"no {path}; gonogo init DIR writes one"
    study = read_study(path).study
    check_machine(study, settings.workspace.resolve())
    return True, f"{study.name}: {len(study.models)} models, looks of {study.data.n} images: {study.decision.looks}"


def _log(settings: Settings) -> tuple[bool, str]:
    from orchestrator.checking.integrity import is_empty
    from orchestrator.usecases.session import Session, require_beginning

    if is_empty(Workspace(settings.workspace).log):
        require_beginning(settings)
        return True, "no log yet; gonogo run starts one"
    with Session.read(settings) as session:
        check = session.log.check()
    return check.ok, check.why or f"{check.events} events, chain and file intact"


def _clock(settings: Settings) -> tuple[bool, str]:
    from orchestrator.bootstrap import now, open_log
    from orchestrator.checking.integrity import is_empty
    from orchestrator.clock import apart, refuses, verdict
    from store.log.codec import parse_time

    at = now()
    shown = f"{at:%Y-%m-%d %H:%M:%S} UTC"
    if is_empty(Workspace(settings.workspace).log):
        return True, shown
    log = open_log(settings, reading=True)
    try:
        newest = next(log.rows(after=log.position() - 1), None)
        last = None if newest is None else parse_time(newest.at)
    except IntegrityFailure:
        return True, f"{shown}; the log's last time cannot be read"
    finally:
        log.close()
    if last is None:
        return True, shown
    return not refuses(last, at), verdict(last, at) or f"{shown}, {apart(at, last)} from the log's last event"
