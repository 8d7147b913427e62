"""Measures the attention of one model, outside any study."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from orchestrator.settings import quiet_libraries
from orchestrator.usecases.errors import BadArgument
from store.errors import GonogoError
from store.kinds.diagnostics import DiagnosticSpec, Method
from store.models import DataRef, ModelRef
from tasks.libraries import INSTALL

if TYPE_CHECKING:
    from orchestrator.settings import Settings
    from tasks.diagnostics.diagnosis import Diagnosis
    from tasks.handler import Progress


@dataclass(frozen=True, slots=True)
class Request:
    """What to measure, and how."""

    model: str
    """Named as family:name@weights."""
    data: str = "shapes"
    """A COCO folder, or `shapes` for generated scenes."""
    images: int = 40
    captions: int = 5
    """Per image."""
    batch_size: int = 16
    seed: int = 0
    """Of random weights, and of generated scenes."""
    plant: str | None = None
    """A collapse to plant, such as tower=vision,layers=6-9,scale=8."""
    reference: tuple[str, ...] = ()
    """Sound models to compare with, each as family:name@weights."""
    nulls: int = 8
    """Random initialisations."""
    influence: str = "sites"
    """Interventions: none, on modalities, also on each site (sites), also on each head (heads)."""
    device: str = "auto"
    dtype: str = "float32"
    rows: int | None = None
    """Rows of the image tokens to measure per site; None: all."""
    mm_shap: int = 0
    """Pairs whose Shapley values are taken."""
    pictures: Path | None = None
    """A folder for pictures of layers and heads."""


def diagnose_model(settings: Settings, request: Request, progress: Progress) -> Diagnosis:
    """Measure one model on a few images; nothing is written to any study.

    Raises BadArgument or BadInput for a model, data or a method that cannot be used, Unfit where libraries or the
    device are not here, and GonogoError where weights are not, with the remedy.
    """
    quiet_libraries()
    ref, method = _model(request), _method(request)
    with tempfile.TemporaryDirectory(prefix="gonogo-") as scratch:
        source = _data(request, Path(scratch))
        try:
            found = _diagnosed(settings, request, ref, source, method, progress)
        except ImportError as error:
            raise GonogoError(f"diagnostics are not installed ({error}); {INSTALL}") from error
    if request.pictures is not None:
        from tasks.diagnostics.pictures import draw

        request.pictures.mkdir(parents=True, exist_ok=True)
        draw(found, request.pictures)
    return found


def _diagnosed(
    settings: Settings, request: Request, ref: ModelRef, source: DataRef, method: Method, progress: Progress
) -> Diagnosis:
    from tasks.catalog import require_fit
    from tasks.diagnostics.diagnose import diagnose
    from tasks.diagnostics.families.weights import WeightsUnavailable

    workspace, cache = settings.workspace.resolve(), settings.cache
    references = tuple(map(ModelRef.parse, request.reference))
    require_fit(DiagnosticSpec(model=ref, data=source, method=method), workspace)
    try:
        return diagnose(ref, source, workspace, request.batch_size, request.seed, progress, method, cache, references)
    except WeightsUnavailable as error:
        raise GonogoError(f"{request.model} is blocked: {error.reason}; {error.remedy}") from error


def _model(request: Request) -> ModelRef:
    if request.plant is None:
        return ModelRef.parse(request.model)
    if "#" in request.model:
        raise BadArgument("plant", "{}: MODEL already names a plant after its #; give one of the two")
    return ModelRef.parse(f"{request.model}#{request.plant}")


def _method(request: Request) -> Method:
    from pydantic import ValidationError

    given = {name: getattr(request, name) for name in ("nulls", "influence", "device", "dtype", "rows", "mm_shap")}
    try:
        return Method.model_validate(given)
    except ValidationError as error:
        first = error.errors()[0]
        raise BadArgument(str(first["loc"][0]), f"{{}}: {first['msg'].removeprefix('Value error, ')}") from None


def _data(request: Request, scratch: Path) -> DataRef:
    n, captions = request.images, request.captions
    if request.data == "shapes":
        return DataRef(source="shapes", images=str(scratch), n=n, captions_per_image=captions, seed=request.seed)
    folder = Path(request.data).expanduser().resolve()
    if not folder.is_dir():
        raise BadArgument("data", f"{{}} {request.data}: there is no such folder; give a COCO folder, or `shapes`")
    return DataRef(source="coco", images=str(folder), n=n, captions_per_image=captions)
