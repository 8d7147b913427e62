"""How a verification looks in a terminal: what does not check out, how much was looked at, and the signature."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from orchestrator.cli.common import note

if TYPE_CHECKING:
    from orchestrator.checking.tally import Count, Inventory
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
    click.echo(f"looked at {', '.join(_counted(found.looked[each], word) for each, word in _WORDS.items())}")
    click.echo(_signature(verified))


_WORDS: Mapping[Inventory, str] = {
    "tasks": "tasks",
    "evidence": "results",
    "runs": "MLflow runs",
    "artifacts": "artifacts kept",
    "copies": "copies of MLflow's",
    "manifests": "manifests",
    "reports": "report files",
    "kept_reports": "of them kept",
    "figures": "figures",
    "heads": "signed heads",
}


def _counted(count: Count, word: str) -> str:
    """How much of an inventory was there, and of how much where some was not."""
    return f"{count.there} {word}" if count.there == count.named else f"{count.there} of {count.named} {word}"


def _signature(verified: Verified) -> str:
    """The newest signed head, and whether the key is that of whoever asks."""
    signed = verified.found.signed
    if signed is None:
        return "no head of the log is signed"
    whose = "your key" if verified.mine else "a key that is not yours"
    return f"signed at event {signed.position} by {signed.key[:16]}…, {whose}"
