"""`gonogo data`: make and check image-caption data."""

from __future__ import annotations

from pathlib import Path

import click

from orchestrator.cli.common import emit, json_option, note


@click.group()
def data_command() -> None:
    """Make data, or check data of your own."""


@data_command.command()
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False))
@click.option("--n", "images", type=click.IntRange(1, 1_000_000), default=40, show_default=True, help="Images.")
@click.option("--captions", type=click.IntRange(1, 100), default=5, show_default=True, help="Captions an image.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True)
def shapes(directory: Path, images: int, captions: int, seed: int) -> None:
    """Generate scenes of coloured shapes with captions, in the COCO format."""
    from store.models import DataRef
    from tasks.diagnostics.datasets import check as check_data

    ref = DataRef(source="shapes", images=str(directory.resolve()), n=images, captions_per_image=captions, seed=seed)
    digest = check_data(ref, Path.cwd())
    click.echo(directory)
    note(f"{images} images with {captions} captions each, digest {digest}")


@data_command.command()
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False))
@click.option("--n", "images", type=click.IntRange(min=1), default=None, help="Images to check.  [default: all]")
@click.option("--captions", type=click.IntRange(1, 100), default=1, show_default=True, help="Captions an image needs.")
@json_option
def check(directory: Path, images: int | None, captions: int, as_json: bool) -> None:
    """Check a COCO folder: images and captions_*.json. Every image is opened."""
    from store.models import DataRef
    from tasks.diagnostics.datasets import check as check_data
    from tasks.diagnostics.datasets import locate
    from tasks.diagnostics.datasets.coco import read_captions

    folder, annotations = locate(directory)
    n = images or len(read_captions(annotations).names)
    ref = DataRef(
        source="coco", images=str(folder.resolve()), annotations=str(annotations.resolve()), n=n,
        captions_per_image=captions,
    )  # fmt: skip
    digest = check_data(ref, Path.cwd())
    if as_json:
        emit(
            {
                "schema": "gonogo.data/1",
                "images": str(folder),
                "annotations": str(annotations),
                "n": n,
                "captions_per_image": captions,
                "digest": digest,
            }
        )
    else:
        click.echo(f"{n} images open, each with at least {captions} captions; digest {digest}")
