"""How a verification looks in a terminal: one line per item that does not check out, a count, and the signature."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from orchestrator.cli.common import note

if TYPE_CHECKING:
    from orchestrator.usecases.verify import Verified


def show_verified(verified: Verified) -> None:
    """Print the count and the signature on standard output, what is wrong on standard error."""
    found = verified.found
    if verified.gone:
        note(f"gonogo: {found.chain.why}")
        return
    if not found.chain.ok:
        note(f"gonogo: position {found.chain.first_bad}: {found.chain.why}")
        return
    for item in found.bad:
        at = f" (event {item.position})" if item.position is not None else ""
        note(f"gonogo: {item.where}{at}: {item.why}")
    for item in found.notes:
        note(f"gonogo: note: {item.where}: {item.why}")
    verdict = "all check out" if found.ok else f"{len(found.bad)} do not check out"
    click.echo(f"{found.chain.events} events, head {found.chain.head[:12]}, {found.checked} items: {verdict}")
    click.echo(_signature(verified))


def _signature(verified: Verified) -> str:
    """The newest signed head, and whether the key is that of whoever asks."""
    signed = verified.found.signed
    if signed is None:
        return "no head of the log is signed"
    whose = "your key" if verified.mine else "a key that is not yours"
    return f"signed at event {signed.position} by {signed.key[:16]}…, {whose}"
