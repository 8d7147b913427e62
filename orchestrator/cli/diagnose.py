"""`gonogo diagnose`: measure one model, outside any study."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from orchestrator.cli.common import FOLDER, emit, json_option, workspace_option

if TYPE_CHECKING:
    from orchestrator.settings import Settings


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
@click.option("--captions", type=click.IntRange(1, 100), default=5, show_default=True, help="Captions per image.")
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
@click.option(
    "--reference",
    multiple=True,
    metavar="MODEL",
    help="A model that is known to be sound, to tell harm by; several times for several.",
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
    help="Measure N rows of the image tokens of each site, and give the error of it.  [default: all]",
)
@click.option(
    "--mm-shap",
    type=click.IntRange(0, 1000),
    default=0,
    show_default=True,
    metavar="PAIRS",
    help="Divide the answers to this many pairs among words and parts of the image (MM-SHAP). Slow.",
)
@click.option(
    "--pictures",
    type=FOLDER,
    metavar="DIR",
    help="Write pictures of layers and heads there.",
)
@workspace_option
@json_option
def diagnose_command(settings: Settings, as_json: bool, **request: Any) -> None:
    """Measure the attention of one MODEL.

    It is named as family:name@weights, for example openclip:ViT-B-32@random, siglip:mine@./checkpoint or
    clip:base-patch32@openai/clip-vit-base-patch32.
    Nothing is written to any study.
    """
    from orchestrator.cli.show.progress import Bar
    from orchestrator.usecases.diagnose import Request, diagnose_model

    with Bar() as progress:
        found = diagnose_model(settings, Request(**request), progress.advance)
    if as_json:
        from tasks.diagnostics.document import to_json

        emit(to_json(found))
    else:
        from orchestrator.cli.show.diagnosis import show_diagnosis

        show_diagnosis(found)
