"""Reading stored events: a row that cannot be decoded is damaged, or newer than this gonogo; the chain tells which."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from store.errors import IntegrityFailure, NewerSchema, UndecodableEvent
from store.log.chain import EventRow, check_chain
from store.log.codec import recorded
from store.record import Recorded


def decoded(rows: Iterable[EventRow], whole_log: Callable[[], Iterable[EventRow]]) -> Iterator[Recorded]:
    """The entries of these rows, in order.

    Raises NewerSchema for a row that cannot be decoded although the chain of the `whole_log` holds there: then it is as
    it was written, by another version of gonogo. Raises IntegrityFailure, with the position, where the chain is broken.
    """
    for row in rows:
        try:
            yield recorded(row)
        except UndecodableEvent as error:
            chain = check_chain(whole_log())
            if chain.first_bad is not None and chain.first_bad <= row.position:
                raise IntegrityFailure(f"{chain.why} (position {chain.first_bad}); run gonogo verify") from error
            raise newer(row, error) from error


def newer(row: EventRow, error: UndecodableEvent) -> NewerSchema:
    """The error for a row that cannot be decoded although the chain holds there."""
    return NewerSchema(
        f"event {row.position} is intact and this gonogo cannot read it, as another version wrote it "
        f"({str(error).removesuffix('; run gonogo verify')}); upgrade gonogo"
    )
