"""`gonogo diagnose`: measure one model, outside any study."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from orchestrator.cli.common import emit, json_option, workspace_option

if TYPE_CHECKING:
    from rich.table import Table

    from orchestrator.settings import Settings
    from store.specs import DataRef, Method
    from tasks.diagnostics.diagnosis import Diagnosis


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
@click.option("--seed", type=click.IntRange(0, 2**32 - 1), default=0, show_default=True, help="Seed of random weights.")
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
    from store.specs import ModelRef
    from tasks.libraries import INSTALL

    quiet_libraries()
    if plant and "#" in model:
        raise BadInput("--plant: MODEL already names a plant after its #; give one of the two")
    ref = ModelRef.parse(f"{model}#{plant}" if plant else model)
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
        _draw(found)


def _method(**given: object) -> Method:
    from pydantic import ValidationError

    from store.errors import BadInput
    from store.specs import Method

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
    from store.specs import DataRef

    if data == "shapes":
        return DataRef(source="shapes", images=str(scratch), n=images, captions_per_image=captions, seed=seed)
    folder = Path(data).expanduser().resolve()
    if not folder.is_dir():
        raise BadInput(f"--data {data}: there is no such folder; give a COCO folder, or `shapes`")
    return DataRef(source="coco", images=str(folder), n=images, captions_per_image=captions)


def _draw(found: Diagnosis) -> None:
    from rich.console import Console
    from rich.markup import escape

    console = Console(highlight=False)
    console.print(f"[bold]{escape(found.model.locator)}[/bold]  {escape(found.provenance.weights)}")
    console.print(_measures(found))
    if found.verdict.losses:
        console.print(_losses(found))
    if found.effects:
        console.print(_effects(found))
    sites = f"{len(found.sites)} of {found.sites_expected} attention sites"
    cost = f"{found.cost.latency_s * 1000:.1f} ms a pair, {found.cost.peak_bytes / 1e6:.0f} MB at most"
    console.print(f"{found.n} images, {sites}, {cost}, {found.device}, {found.dtype}")
    if found.rows is not None:
        error = f"the standard error of a site's mean entropy is at most {found.sampling_error:.4f} nat for it"
        console.print(f"{found.rows} rows of image tokens were measured at each site; {error}", soft_wrap=True)
    for name, label, reason in (
        ("attention", found.verdict.label, found.verdict.reason),
        ("influence", found.verdict.functional.label, found.verdict.functional.reason),
    ):
        console.print(f"{name} [bold]{label}[/bold]: {escape(reason)}", soft_wrap=True)


def _measures(found: Diagnosis) -> Table:
    from tasks.diagnostics.diagnosis import MEETING, SCORES

    table = _table("measure", "mean", "95 % interval", "uniform")
    exact = {"mcs_norm": 0.5, "vision_entropy_norm": 1.0, "text_entropy_norm": 1.0, "fusion_log_odds": 0.0}
    meeting = [metric for metric in MEETING if metric in found.values]
    towers = ("vision_entropy", "text_entropy", "vision_entropy_norm", "text_entropy_norm")
    for metric in (*SCORES[:2], *towers, *meeting):
        summary = found.summary(metric)
        if summary is None:
            table.add_row(metric, "undefined", "", "")
            continue
        uniform = found.summary(f"{metric}_uniform")
        null = exact.get(metric, None if uniform is None else uniform.value)
        shown = "" if null is None else f"{null:.4f}"
        table.add_row(metric, f"{summary.value:.4f}", _interval(summary.low, summary.high), shown)
    return table


def _losses(found: Diagnosis) -> Table:
    layers, heads = found.verdict.collapsed_layers, found.verdict.collapsed_heads_by_layer
    table = _table("entropy lost", "share", "95 % interval", "random init", "heads collapsed")
    for loss in (*found.verdict.losses, *found.verdict.layers):
        name = f"{loss.name} collapsed" if loss.name in layers else loss.name
        interval = _interval(loss.low, loss.high)
        table.add_row(name, f"{loss.value:.3f}", interval, f"{loss.null:.4f}", heads.get(loss.name, ""))
    return table


def _effects(found: Diagnosis) -> Table:
    from tasks.diagnostics.diagnosis import summarise
    from tasks.ranges import SHARE

    table = _table("intervention", "moved", "95 % interval", "loss, nat")
    for effect in found.effects:
        change = summarise(effect.change, SHARE)
        where = effect.kind + (f" {effect.site}" if effect.site else "")
        where += "" if effect.head is None else f" head {effect.head}"
        rise = "" if effect.loss is None else f"{effect.loss.mean():+.4f}"
        table.add_row(where, f"{change.value:.4f}", _interval(change.low, change.high), rise)
    return table


def _table(*columns: str) -> Table:
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for number, column in enumerate(columns):
        table.add_column(column, justify="right" if number in (1, 3) else "left", overflow="fold")
    return table


def _interval(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else rf"\[{low:.4f}, {high:.4f}]"
