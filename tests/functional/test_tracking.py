"""The MLflow store of a study, as commands meet it: where it lies, and what is said when it is gone, busy or pruned."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

RELATIVE = '\n[tracking]\nuri = "sqlite:///runs/tracking.db"\n'


def with_relative_store(workspace: Path) -> Path:
    """The same workspace, whose study file names its MLflow store by a relative address."""
    (workspace / "runs").mkdir()
    (workspace / "mlflow.db").rename(workspace / "runs/tracking.db")
    with (workspace / "study.toml").open("a") as file:
        file.write(RELATIVE)
    return workspace


def test_a_relative_store_is_one_file_from_whichever_folder_a_command_is_given(
    workspace: Path, gonogo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_relative_store(workspace)
    (tmp_path / "elsewhere").mkdir()
    for folder, named in ((workspace, "."), (tmp_path, "study"), (tmp_path / "elsewhere", "../study")):
        monkeypatch.chdir(folder)
        said = gonogo("verify", "--json", "-w", named)
        assert (said.code, said.json["mlflow"]) == (0, "checked"), said
    assert not [path.name for path in (tmp_path / "elsewhere").iterdir()]


def test_a_relative_store_moves_with_its_workspace(workspace: Path, gonogo, tmp_path: Path) -> None:
    shutil.move(with_relative_store(workspace), tmp_path / "moved")
    assert gonogo("verify", "-w", tmp_path / "moved").code == 0
