"""`gonogo diagnose`: measure one model, outside any study."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from orchestrator.cli.common import emit, json_option, workspace_option

if TYPE_CHECKING:
    from orchestrator.settings import Settings
    from store.kinds.diagnostic import Method
    from store.models import DataRef


@click.command()
@click.argument("model", metavar="MODEL")
@click.option(
    "--data",
    default="shapes",
    show_default=True,
    metavar="DATA",
    help="A COCO folder (images and captions_*.json), or `shapes` for generated scenes.",
)
@click.option("--n", "images", type=click.IntRange(1, 1_000_000), default=40, show_default=True, help="Images.")
@click.option("--captions", type=click.IntRange(1, 100), default=5, show_default=True, help="Captions an image.")
@click.option("--batch-size", type=click.IntRange(1, 65_536), default=16, show_default=True)
@click.option(
    "--seed",
    type=click.IntRange(0, 2**32 - 1),
    default=0,
    show_default=True,
    help="Seed of random weights, and of the scenes of `--data shapes`: another seed, other images.",
)
@click.option(
    "--plant",
    metavar="PLANT",
    help="Plant a collapse, such as tower=vision,layers=6-9,scale=8, to see that it is found.",
)
@click.option("--nulls", type=click.IntRange(0, 1000), default=8, show_default=True, help="Random initialisations.")
@click.option(
    "--influence",
    type=click.Choice(["none", "modalities", "sites", "heads"]),
    default="sites",
    show_default=True,
    help="Interventions: on modalities only, also on each site, also on each head.",
)
@click.option("--device", default="auto", show_default=True, help="auto, cpu, cuda or cuda:N.")
@click.option("--dtype", type=click.Choice(["float32", "bfloat16", "float16"]), default="float32", show_default=True)
@click.option(
    "--rows",
    type=click.IntRange(2, 1_000_000),
    metavar="N",
    help="Measure N rows of the image tokens of each site, and say how far that may be off.  [default: all]",
)
@click.option(
    "--pictures",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Write pictures of layers and heads there.",
)
@workspace_option
@json_option
def diagnose_command(
    model: str,
    data: str,
    images: int,
    captions: int,
    batch_size: int,
    seed: int,
    plant: str | None,
    nulls: int,
    influence: str,
    device: str,
    dtype: str,
    rows: int | None,
    pictures: Path | None,
    settings: Settings,
    as_json: bool,
) -> None:
    """Measure the attention of one MODEL.

    It is named as family:name@weights, for example openclip:ViT-B-32@random, siglip:mine@./checkpoint or
    clip:base-patch32@openai/clip-vit-base-patch32.
    Nothing is written to any study.
    """
    import tempfile

    from orchestrator.cli.display import Bar
    from orchestrator.settings import quiet_libraries
    from store.errors import BadInput, GonogoError
    from store.models import ModelRef
    from tasks.libraries import INSTALL

    quiet_libraries()
    if plant is not None and "#" in model:
        raise BadInput("--plant: MODEL already names a plant after its #; give one of the two")
    ref = ModelRef.parse(model if plant is None else f"{model}#{plant}")
    method = _method(nulls=nulls, influence=influence, device=device, dtype=dtype, rows=rows)
    workspace = settings.workspace.resolve()
    with tempfile.TemporaryDirectory(prefix="gonogo-") as scratch:
        source = _data(data, images, captions, seed, Path(scratch))
        from tasks.diagnostics.diagnose import diagnose
        from tasks.diagnostics.families.weights import WeightsUnavailable

        try:
            with Bar() as progress:
                found = diagnose(ref, source, workspace, batch_size, seed, progress.advance, method, _cache())
        except WeightsUnavailable as error:
            raise GonogoError(f"{model} is blocked: {error.reason}; {error.remedy}") from error
        except ImportError as error:
            raise GonogoError(f"diagnostics are not installed ({error}); {INSTALL}") from error
    if pictures is not None:
        from tasks.diagnostics.pictures import draw

        pictures.mkdir(parents=True, exist_ok=True)
        draw(found, pictures)
    if as_json:
        from tasks.diagnostics.document import to_json

        emit(to_json(found))
    else:
        from orchestrator.cli.findings import show

        show(found)


def _method(**given: object) -> Method:
    from pydantic import ValidationError

    from store.errors import BadInput
    from store.kinds.diagnostic import Method

    try:
        return Method.model_validate(given)
    except ValidationError as error:
        first = error.errors()[0]
        raise BadInput(f"--{first['loc'][0]}: {first['msg'].removeprefix('Value error, ')}") from None


def _cache() -> Path:
    """Where nulls are kept for the next time, as the XDG base directories say."""
    import os

    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "gonogo" / "nulls"


def _data(data: str, images: int, captions: int, seed: int, scratch: Path) -> DataRef:
    from store.errors import BadInput
    from store.models import DataRef

    if data == "shapes":
        return DataRef(source="shapes", images=str(scratch), n=images, captions_per_image=captions, seed=seed)
    folder = Path(data).expanduser().resolve()
    if not folder.is_dir():
        raise BadInput(f"--data {data}: there is no such folder; give a COCO folder, or `shapes`")
    return DataRef(source="coco", images=str(folder), n=images, captions_per_image=captions)
