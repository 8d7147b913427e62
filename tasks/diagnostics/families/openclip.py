"""OpenCLIP models: contrastive dual encoders with towers of many kinds, built by the open_clip library."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from store.errors import BadInput, unknown
from store.models import ModelRef
from tasks.diagnostics.families import hub
from tasks.diagnostics.families.dual import DualEncoder
from tasks.diagnostics.families.model import Provenance
from tasks.diagnostics.families.openclip_coca import CocaModel
from tasks.diagnostics.families.openclip_model import OpenClipModel, tokenizer_for
from tasks.diagnostics.families.surplus import strictly
from tasks.diagnostics.families.weights import (
    CHECKPOINTS,
    OPEN_CLIP_CONFIG,
    RANDOM,
    check_finite,
    file_sha256,
    loading,
    local_path,
    origin,
    seeded,
    type_in,
)
from tasks.diagnostics.quiet import without_root_logs
from tasks.memory import is_out_of_memory

if TYPE_CHECKING:
    import torch

_CHECKPOINTS = (
    ("open_clip_model.safetensors", "open_clip_pytorch_model.safetensors", "model.safetensors"),
    ("open_clip_pytorch_model.bin", "open_clip_pytorch_model.pt", "pytorch_model.bin"),
)


@dataclass(frozen=True, slots=True)
class _Source:
    """What a locator resolves to, in the terms of open_clip's factory."""

    target: str
    """A built-in name, or `local-dir:` and a folder."""
    architecture: str
    weights: str
    checkpoint: Path | None = None
    preprocess: dict[str, Any] | None = None
    quick_gelu: bool = False
    folder: Path | None = None
    """Folder that may hold tokenizer files."""
    remote: bool = False
    """Whether a tokenizer may be fetched from the hub."""


class OpenClip:
    """Names are open_clip's; weights are `random`, a tag, a checkpoint, a folder or a hub id.

    A folder or hub id brings its own configuration, and the name is then only a label. A tag brings its activation
    function (OpenAI's weights need QuickGELU); a checkpoint file does not, so its name must, as `ViT-B-32-quickgelu`.
    """

    packages: ClassVar[tuple[str, ...]] = ("torch", "torchvision", "open_clip_torch", "timm", "transformers")

    def names(self) -> tuple[str, ...]:
        """The configurations that open_clip carries."""
        spec = find_spec("open_clip")
        if spec is None or spec.origin is None:
            return ()
        configs = (Path(spec.origin).parent / "model_configs").glob("*.json")
        return tuple(sorted((file.stem for file in configs), key=str.casefold))

    def check(self, ref: ModelRef, workspace: Path) -> None:
        """The name is only a label where a folder or hub id brings its own configuration; a path must be there."""
        path = None if ref.untrained else local_path(ref, workspace)
        if ref.untrained or (path is not None and path.is_file()) or (path is None and "/" not in ref.weights):
            self._known(ref.name)

    def load(self, ref: ModelRef, workspace: Path, seed: int, device: torch.device) -> DualEncoder:
        """Build with random weights, then load a checkpoint over them unless `random` is asked for."""
        source = self._resolve(ref, workspace)
        with loading(ref, source.checkpoint):
            module, text = _build(source, seed)
            if source.checkpoint is not None:
                _load_weights(ref, module, source, source.checkpoint)
            tokenize, tokenizer = tokenizer_for(text, source.folder, source.remote)
        check_finite(module, ref)
        provenance = Provenance(source.weights, source.architecture, tokenizer)
        kind = CocaModel if hasattr(module, "text_decoder") else OpenClipModel
        loaded = kind(module.eval().to(device), device, provenance, tokenize)
        loaded.fresh = lambda seed: _build(source, seed)[0]
        return loaded

    def _resolve(self, ref: ModelRef, workspace: Path) -> _Source:
        if ref.untrained:
            return _Source(self._known(ref.name), ref.name, RANDOM)
        path = local_path(ref, workspace)
        if path is not None:
            return _from_folder(ref, path) if path.is_dir() else self._from_file(ref, path)
        if "/" in ref.weights:
            folder = hub.snapshot(ref.weights, _CHECKPOINTS)
            return _from_folder(ref, folder, f"{ref.weights} on the hub, commit {folder.name}", remote=True)
        return self._from_tag(ref)

    def _from_file(self, ref: ModelRef, path: Path) -> _Source:
        if path.suffix not in CHECKPOINTS:
            raise BadInput(f"model {ref.locator}: {path} is no checkpoint; give one of {', '.join(CHECKPOINTS)}")
        weights = f"local file {path.name}, SHA-256 {file_sha256(path)}"
        return _Source(self._known(ref.name), ref.name, weights, path, folder=path.parent)

    def _from_tag(self, ref: ModelRef) -> _Source:
        from open_clip.pretrained import get_pretrained_cfg, list_pretrained_tags_by_model

        name = self._known(ref.name)
        tag: dict[str, Any] = get_pretrained_cfg(name, ref.weights)
        if not tag:
            raise unknown(f"weights of openclip:{name}", ref.weights, list_pretrained_tags_by_model(name))
        repo, _, file = str(tag["hf_hub"]).rpartition("/")
        folder = hub.snapshot(repo, [[choice] for choice in _choices(file)] if file else _CHECKPOINTS)
        weights = f"tag {ref.weights}, {repo} on the hub, commit {folder.name}"
        return _Source(name, name, weights, _checkpoint(folder, file), tag, bool(tag.get("quick_gelu")), remote=True)

    def _known(self, name: str) -> str:
        names = self.names()
        if names and name not in names:
            raise unknown("openclip architecture", name, names)
        return name


def _from_folder(ref: ModelRef, folder: Path, weights: str = "", remote: bool = False) -> _Source:
    try:
        config = json.loads((folder / OPEN_CLIP_CONFIG).read_bytes())["model_cfg"]
        complete = {"embed_dim", "vision_cfg", "text_cfg"} <= config.keys()
    except FileNotFoundError:
        found = type_in(folder)
        remedy = (
            f"it holds a model of type {found!r}, so write {found}:{ref.name}@{ref.weights}"
            if found
            else "give a folder saved by open_clip"
        )
        raise BadInput(f"model {ref.locator}: {folder} holds no {OPEN_CLIP_CONFIG}; {remedy}") from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        complete = False
    if not complete:
        raise BadInput(
            f"model {ref.locator}: {folder / OPEN_CLIP_CONFIG} has no usable `model_cfg`; save the model again"
        )
    checkpoint = _checkpoint(folder)
    if checkpoint is None:
        raise BadInput(f"model {ref.locator}: {folder} holds no checkpoint; put open_clip_model.safetensors there")
    weights = weights or f"{origin(ref, folder)}, {checkpoint.name}, SHA-256 {file_sha256(checkpoint)}"
    architecture = f"{OPEN_CLIP_CONFIG} beside the weights, labelled {ref.name}"
    return _Source(f"local-dir:{folder}", architecture, weights, checkpoint, folder=folder, remote=remote)


def _checkpoint(folder: Path, name: str = "") -> Path | None:
    """The checkpoint in a folder: the named one or its safetensors twin, else a known name, safetensors first."""
    names = _choices(name) if name else [file for group in _CHECKPOINTS for file in group]
    return next((folder / file for file in names if (folder / file).is_file()), None)


def _choices(name: str) -> list[str]:
    return [f"{name.rpartition('.')[0]}.safetensors", name]


def _build(source: _Source, seed: int) -> tuple[Any, dict[str, Any]]:
    """The model with random weights, and the configuration of its text tower."""
    open_clip = _library()
    text = dict(open_clip.get_model_config(source.target)["text_cfg"])
    changed = {}
    if text.get("hf_model_name"):  # a text tower that is defined on the hub: point to a copy on this machine
        text |= {"hf_model_name": str(hub.snapshot(text["hf_model_name"])), "hf_model_pretrained": False}
        changed["text_cfg"] = text
    with seeded(seed), without_root_logs():
        module = open_clip.create_model(
            source.target,
            load_weights=False,
            pretrained_text=False,
            force_quick_gelu=source.quick_gelu,
            force_preprocess_cfg=source.preprocess,
            **changed,
        )
        if hasattr(module, "text_decoder"):
            _draw_projection(module.text_decoder)
    return module, text


def _load_weights(ref: ModelRef, module: Any, source: _Source, checkpoint: Path) -> None:
    """Load a checkpoint, whole and without a rest. Raises BadInput, naming a tensor, where it is of something else."""
    if resized := _resized(module, checkpoint):
        name, given, wanted = resized
        said = f"their {name} has the shape {given} and not {wanted}"
    else:
        try:
            _library().load_checkpoint(module, str(checkpoint), weights_only=True)
            return
        except (RuntimeError, LookupError, AttributeError) as error:
            strict = strictly(error) if isinstance(error, RuntimeError) else "it is no file of named tensors"
            if strict is None or is_out_of_memory(error):
                raise
            said = strict
    raise BadInput(
        f"model {ref.locator}: {checkpoint} does not hold the weights of {source.architecture}: {said}; "
        "give the architecture that they belong to, as `gonogo models openclip` lists them"
    )


def _resized(module: Any, checkpoint: Path) -> tuple[str, list[int], list[int]] | None:
    """A table of positions that the library would stretch to the architecture: (name, its shape, the one asked for)."""
    wanted = {name: value.shape for name, value in module.named_parameters() if name.endswith("positional_embedding")}
    for name, given in _shapes(checkpoint):
        if name in wanted and given != list(wanted[name]):
            return name, given, list(wanted[name])
    return None


def _shapes(checkpoint: Path) -> Iterator[tuple[str, list[int]]]:
    """Names and shapes in a checkpoint, without reading it whole; none where its form does not allow that."""
    import torch
    from safetensors import safe_open

    if checkpoint.suffix == ".safetensors":
        with safe_open(checkpoint, "pt") as file:
            yield from ((name, file.get_slice(name).get_shape()) for name in file.keys())  # noqa: SIM118
        return
    try:
        found = torch.load(checkpoint, map_location="meta", weights_only=True, mmap=True)
    except Exception:  # said by who loads it
        return
    found = found.get("state_dict", found) if isinstance(found, dict) else {}
    for name, value in found.items():
        if isinstance(value, torch.Tensor):
            yield str(name).removeprefix("module."), list(value.shape)


def _draw_projection(decoder: Any) -> None:
    """The library leaves this one as memory happens to hold; the scale is that of the function it never calls."""
    from torch.nn import init

    projection = decoder.text_projection
    if projection is not None:
        init.normal_(projection, std=projection.shape[0] ** -0.5)


def _library() -> Any:
    import open_clip

    return open_clip
