"""Code that lies in the folder of a model is never run, whatever is answered on standard input."""

from __future__ import annotations

import io
import json
import shutil
import sys
from pathlib import Path

import pytest
import torch

from store.errors import BadInput
from store.models import ModelRef
from tasks.diagnostics import zoo
from tasks.diagnostics.families import find_family

CODE = "from pathlib import Path\n\nPath({marker!r}).touch()\n\n\nclass Own:\n    pass\n"
EVERY_CLASS = {
    "AutoConfig": "own.Own",
    "AutoModel": "own.Own",
    "AutoProcessor": "own.Own",
    "AutoImageProcessor": "own.Own",
    "AutoFeatureExtractor": "own.Own",
    "AutoTokenizer": ["own.Own", "own.Own"],
}
TINY = {"size": {"shortest_edge": 32}, "crop_size": {"height": 32, "width": 32}}


def load(model: str, workspace: Path) -> object:
    ref = ModelRef.parse(model)
    return find_family(ref.family).load(ref, workspace, 0, torch.device("cpu"))


@pytest.mark.parametrize(
    ("model", "file", "refused"),
    [
        ("clip:tiny", "preprocessor_config.json", True),
        ("openclip:shapes-clip", "tokenizer_config.json", True),
        ("blip:shapes-blip", "tokenizer_config.json", False),
        ("llava:shapes-llava", "processor_config.json", False),
        ("llava:shapes-llava", "config.json", False),
    ],
)
def test_it_is_never_run(
    tmp_path: Path,
    model: str,
    file: str,
    refused: bool,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    marker, raw = tmp_path / "ran", tmp_path / "raw"
    if model == "clip:tiny":
        load("clip:tiny@random", tmp_path).module.save_pretrained(raw)  # type: ignore[attr-defined]
        (raw / file).write_text(json.dumps(TINY))
    else:
        shutil.copytree(zoo.folder(model.partition(":")[2]), raw)
    (raw / "own.py").write_text(CODE.format(marker=str(marker)))
    text = json.loads((raw / file).read_text())
    for key in ("processor_class", "tokenizer_class"):
        text.pop(key, None)
    (raw / file).write_text(json.dumps({**text, "image_processor_type": "Own", "auto_map": EVERY_CLASS}))
    answers = io.StringIO("y\n" * 50)
    monkeypatch.setattr(sys, "stdin", answers)
    if refused:
        with pytest.raises(
            BadInput, match=f"{file} asks with the key `auto_map` for code of its own, which is never run"
        ):
            load(f"{model}@raw", tmp_path)
    else:
        load(f"{model}@raw", tmp_path)
    assert not marker.exists()
    assert sys.stdin is answers
    assert answers.tell() == 0, "nobody asked"
    assert "[y/N]" not in "".join(capfd.readouterr())
