"""`gonogo models`: which models can be measured."""

from __future__ import annotations

import click

from orchestrator.cli.common import emit, json_option


@click.command()
@click.argument("family", required=False)
@json_option
def models_command(family: str | None, as_json: bool) -> None:
    """List the models that can be measured.

    All families, or the architectures of FAMILY.

    A model is named family:name@weights, where weights is `random`, a local path, a hub id, or a tag such as
    `openai`.
    """
    from tasks.diagnostics.families import FAMILIES, find_family

    listed = {name: list(find_family(name).names()) for name in ([family] if family else sorted(FAMILIES))}
    if as_json:
        emit({"schema": "gonogo.models/1", "families": [{"family": n, "names": names} for n, names in listed.items()]})
    elif family:
        click.echo("\n".join(f"{family}:{name}" for name in listed[family]))
    else:
        for name, names in listed.items():
            shown = ", ".join(names[:6]) + (f", … ({len(names)} in all)" if len(names) > 6 else "")
            click.echo(f"{name:<10} {shown}")
