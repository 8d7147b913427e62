"""`gonogo models`: which models can be measured, whose weights can be had, and the small ones that gonogo trains."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from orchestrator.cli.common import FILE, Group, emit, json_option
from store.errors import GonogoError
from store.registry import HORIZON_DAYS

if TYPE_CHECKING:
    from tasks.diagnostics.zoo.card import Card


class Interrupted(GonogoError):
    """Interrupted; nothing was written."""

    exit_code = 130


class _Models(Group):
    """`gonogo models FAMILY` is short for `gonogo models list FAMILY`."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in self.commands and not args[0].startswith("-"):
            from orchestrator.usecases.models import require_family

            require_family(args[0], list(self.commands))
            return "list", self.commands["list"], args
        return super().resolve_command(ctx, args)


@click.group(cls=_Models, invoke_without_command=True)
@json_option
@click.pass_context
def models_command(ctx: click.Context, as_json: bool) -> None:
    """List the models that can be measured, tell whose weights can be had, or train the small ones of the zoo.

    A model is named family:name@weights, where weights is `random`, `zoo`, a local path, a hub id, or a tag such as
    `openai`. `gonogo models FAMILY` lists the architectures of one family.
    """
    if ctx.invoked_subcommand is None:
        _list(None, as_json)


@models_command.command("list")
@click.argument("family", required=False)
@json_option
@click.pass_context
def list_command(ctx: click.Context, family: str | None, as_json: bool) -> None:
    """List all families, or the architectures of FAMILY."""
    _list(family, as_json or bool(ctx.parent and ctx.parent.params["as_json"]))


@models_command.command("access")
@click.argument("model", required=False)
@click.option(
    "--horizon",
    type=click.IntRange(0, 36_500),
    default=HORIZON_DAYS,
    show_default=True,
    metavar="DAYS",
    help="An entry that was looked up longer ago is called old.",
)
@json_option
def access_command(model: str | None, horizon: int, as_json: bool) -> None:
    """Tell whether the weights of models can be had: where, under which licence, and how large they are.

    MODEL is a name of the table, or the key of a family; of one model, every fact is shown with its source.
    """
    from orchestrator.cli.show.access import access_json, show_access
    from orchestrator.usecases.models import model_access

    rows, today = model_access(model), datetime.now(UTC).date()
    if as_json:
        emit(access_json(rows, today, horizon))
    else:
        show_access(rows, today, horizon)


@models_command.command()
@click.argument("name")
@click.option(
    "--out",
    type=FILE,
    default=None,
    metavar="DIR",
    help="Folder to write.  [default: NAME, in the current folder]",
)
@click.option("--seed", type=click.IntRange(0, 2**31), default=0, show_default=True)
@click.option("--steps", type=click.IntRange(1, 1_000_000), default=None, help="Steps.  [default: as in the recipe]")
@json_option
def train(name: str, out: Path | None, seed: int, steps: int | None, as_json: bool) -> int:
    """Train the model NAME of the zoo on generated shapes, and score it on held-out ones.

    Takes about a quarter of an hour on two cores. Ends with 1 when a score is below what the recipe asks for.
    """
    from orchestrator.cli.show.training import TrainingBar, show_scores
    from orchestrator.usecases.models import train_model

    try:
        with TrainingBar(name) as bar:
            card = train_model(name, out or Path(name), seed, steps, bar.advance)
    except KeyboardInterrupt:
        raise Interrupted from None
    if as_json:
        _emit(card)
    else:
        show_scores(card)
        click.echo(out or Path(name))
    return 1 if card.shortfalls else 0


@models_command.command("card")
@click.argument("name")
@json_option
def card_command(name: str, as_json: bool) -> None:
    """Show how the model NAME of the zoo was made, and its scores.

    NAME may also be a folder that `gonogo models train` wrote.
    """
    from orchestrator.cli.show.training import show_card
    from orchestrator.usecases.models import model_card

    card = model_card(name)
    if as_json:
        _emit(card)
    else:
        show_card(card)


def _emit(card: Card) -> None:
    emit({"schema": card.schema_, **card.model_dump(mode="json", exclude={"schema_"})})


def _list(family: str | None, as_json: bool) -> None:
    from orchestrator.usecases.models import list_models

    listed = list_models(family)
    if as_json:
        emit({"schema": "gonogo.models/1", "families": [{"family": n, "names": names} for n, names in listed.items()]})
    elif family:
        click.echo("\n".join(f"{family}:{name}" for name in listed[family]))
    else:
        for name, names in listed.items():
            shown = ", ".join(names[:6]) + (f", … ({len(names)} in all)" if len(names) > 6 else "")
            click.echo(f"{name:<10} {shown}")
