"""What every test may rely on: no network, no telemetry, a clock that tests turn."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")  # a machine that is busy elsewhere is no failure of the code

os.environ.update(
    HF_HUB_OFFLINE="1",
    TRANSFORMERS_OFFLINE="1",
    MLFLOW_DISABLE_TELEMETRY="true",
    DO_NOT_TRACK="true",
    MPLBACKEND="agg",
    OMP_NUM_THREADS="1",  # models as small as these only wait for each other's threads
    OPENBLAS_NUM_THREADS="1",
)
# Compiling torch, transformers and MLflow takes ten seconds. Without this, where an environment says so, every process
# that a test starts would do it again, and pytest would rewrite every assertion at every collection.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
if not Path("/dev/nvidiactl").exists():
    os.environ["TRITON_INTERPRET"] = (
        "1"  # so that the kernel for GPUs is tested without one, before anything imports it
    )


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of this test run that all its workers see."""
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "shared"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(autouse=True)
def no_module_of_a_folder_that_is_gone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What a test imports from a folder of its own is forgotten, so that another may use the name."""
    before, own = set(sys.modules), str(tmp_path_factory.getbasetemp())
    yield
    for name in sys.modules.keys() - before:
        if str(getattr(sys.modules[name], "__file__", None)).startswith(own):
            del sys.modules[name]


@pytest.fixture(scope="session", autouse=True)
def own_configuration(shared_folder: Path) -> Iterator[None]:
    """Logs are signed with a key of this run, and no user's; no lock is given up and no claim lost for want of time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("GONOGO_KEY", raising=False)
        patch.setenv("XDG_CONFIG_HOME", str(shared_folder / "configuration"))
        for limit in ("GONOGO_LOCK_SECONDS", "GONOGO_LEASE_SECONDS"):
            patch.setenv(limit, "86400")  # on a machine that is busy elsewhere, nobody is late
        yield


class Clock:
    """A clock that stands still until it is turned."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 2, 9, 0, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def turn(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(autouse=True)
def no_workspace_from_outside(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("GONOGO_WORKSPACE", raising=False)
    yield


MakeStudy = Callable[..., dict]


@pytest.fixture
def study_data() -> MakeStudy:
    """A factory of protocols as TOML would give them; keyword arguments replace whole top-level keys."""

    def make(**changes: object) -> dict:
        data: dict[str, object] = {
            "name": "test",
            "question": "Does attention collapse?",
            "claim": "It collapses",
            "seed": 7,
            "models": [
                {"id": "a", "family": "clip", "name": "tiny", "weights": "random"},
                {"id": "b", "family": "siglip", "name": "tiny", "weights": "random"},
                {
                    "id": "c",
                    "family": "clip",
                    "name": "base-patch32",
                    "weights": "hub/none",
                    "substitutes": ["clip:small@random"],
                },
            ],
            "data": {"source": "shapes", "n": 40, "captions_per_image": 5},
            "decision": {"threshold": 0.7, "at_least": [2, 3], "looks": 2},
        }
        return {**data, **changes}

    return make


FIRST = ("architecture", "functional/test_audited_cycle.py", "unit/tasks", "functional")
"""The order of files: whoever makes the workspace that functional tests copy begins early, and nobody waits for it."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files in the order of FIRST, and all others after them."""
    tests = Path(__file__).parent

    def place(item: pytest.Item) -> int:
        name = item.path.relative_to(tests).as_posix()
        return next((i for i, start in enumerate(FIRST) if name.startswith(start)), len(FIRST))

    items.sort(key=place)


TOLD = "told"
"""Property of a test by which it tells something that is printed at the end of a run, also where workers share it."""


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what tests told."""
    passed = terminalreporter.stats.get("passed", [])
    told = [str(value) for report in passed for name, value in report.user_properties if name == TOLD]
    if told:
        terminalreporter.section("told by tests")
        terminalreporter.write_line("\n".join(told))
