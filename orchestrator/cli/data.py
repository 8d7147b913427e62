"""`gonogo data`: make and check image-caption data."""

from __future__ import annotations

from pathlib import Path

import click

from orchestrator.cli.common import FOLDER, LARGEST, Group, emit, json_option, note


@click.group(cls=Group)
def data_command() -> None:
    """Make data, or check data of your own."""


@data_command.command()
@click.argument("directory", type=FOLDER)
@click.option("--n", "images", type=click.IntRange(1, 1_000_000), default=40, show_default=True, help="Images.")
@click.option("--captions", type=click.IntRange(1, 100), default=5, show_default=True, help="Captions per image.")
@click.option("--seed", type=click.IntRange(0, 2**32 - 1), default=0, show_default=True)
def shapes(directory: Path, images: int, captions: int, seed: int) -> None:
    """Generate scenes of coloured shapes with captions, in the COCO format."""
    from orchestrator.usecases.data import make_shapes

    digest = make_shapes(directory, images, captions, seed)
    click.echo(directory)
    note(f"{images} images with {captions} captions each, digest {digest}")


@data_command.command()
@click.argument("directory", type=FOLDER)
@click.option("--n", "images", type=click.IntRange(1, LARGEST), default=None, help="Images to check.  [default: all]")
@click.option("--captions", type=click.IntRange(1, 100), default=1, show_default=True, help="Captions an image needs.")
@json_option
def check(directory: Path, images: int | None, captions: int, as_json: bool) -> None:
    """Check a COCO folder: images and captions_*.json. Every image is opened."""
    from orchestrator.usecases.data import check_data

    checked = check_data(directory, images, captions)
    if as_json:
        emit(checked.view())
    else:
        click.echo(f"{checked.n} images open, each with at least {captions} captions; digest {checked.digest}")
