"""`gonogo diagnose`: measure one model, outside any study."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from orchestrator.cli.common import emit, json_option, workspace_option

if TYPE_CHECKING:
    from orchestrator.settings import Settings
    from store.specs import DataRef
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
@workspace_option
@json_option
def diagnose_command(
    model: str,
    data: str,
    images: int,
    captions: int,
    batch_size: int,
    seed: int,
    settings: Settings,
    as_json: bool,
) -> None:
    """Measure the attention of one MODEL.

    It is named as family:name@weights, for example openclip:ViT-B-32@random, siglip:mine@./checkpoint or
    clip:base-patch32@openai/clip-vit-base-patch32.
    Nothing is written to any study.
    """
    import tempfile

    from orchestrator.settings import quiet_libraries
    from store.errors import GonogoError
    from store.specs import ModelRef

    quiet_libraries()
    ref = ModelRef.parse(model)
    with tempfile.TemporaryDirectory(prefix="gonogo-") as scratch:
        source = _data(data, images, captions, seed, Path(scratch))
        from tasks.diagnostics.diagnose import diagnose
        from tasks.diagnostics.families.weights import WeightsUnavailable

        try:
            with _Progress() as progress:
                found = diagnose(ref, source, settings.workspace.resolve(), batch_size, seed, progress.advance)
        except WeightsUnavailable as error:
            raise GonogoError(f"{model} is blocked: {error.reason}; {error.remedy}") from error
        except ImportError as error:
            raise GonogoError(f'diagnostics are not installed ({error}); pip install "gonogo[diagnostics]"') from error
    if as_json:
        from tasks.diagnostics.diagnosis import to_json

        emit(to_json(found))
    else:
        _draw(found)


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
    from rich.table import Table

    console = Console(highlight=False)
    console.print(f"[bold]{escape(found.model.locator)}[/bold]  {escape(found.provenance.weights)}")
    table = Table(box=None, pad_edge=False)
    for column, justify in (("measure", "left"), ("mean", "right"), ("95 % interval", "left"), ("uniform", "right")):
        table.add_column(column, justify="right" if justify == "right" else "left")
    uniform = {"mcs_raw": found.summary("mcs_raw_uniform"), "mcs_norm": 0.5}
    for metric in ("mcs_raw", "mcs_norm", "vision_entropy", "text_entropy", "vision_entropy_norm", "text_entropy_norm"):
        summary = found.summary(metric)
        if summary is None:
            table.add_row(metric, "undefined", escape(found.undefined.get(metric, "")), "")
            continue
        bounds = "" if summary.low is None else f"[{summary.low:.4f}, {summary.high:.4f}]"
        null = uniform.get(
            metric, found.summary(f"{metric.removesuffix('_norm')}_uniform") if "norm" not in metric else 1.0
        )
        shown = "" if null is None else f"{null if isinstance(null, float) else null.value:.4f}"
        table.add_row(metric, f"{summary.value:.4f}", escape(bounds), shown)
    console.print(table)
    sites = f"{len(found.sites)} of {found.sites_expected} attention sites"
    cost = f"{found.cost.latency_s * 1000:.1f} ms a pair, {found.cost.peak_bytes / 1e6:.0f} MB at most"
    console.print(f"{found.n} images, {sites}, {cost}, {found.device}")
    console.print(f"[bold]{found.verdict.label}[/bold]: {escape(found.verdict.reason)}", soft_wrap=True)


class _Progress:
    """A bar on standard error, where that is a terminal."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import Progress

        console = Console(stderr=True)
        self._progress = Progress(console=console, transient=True, disable=not console.is_terminal)
        self._bar = self._progress.add_task("", total=None)

    def __enter__(self) -> _Progress:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def advance(self, done: int, total: int, note: str) -> None:
        self._progress.update(self._bar, completed=done, total=total, description=note)
