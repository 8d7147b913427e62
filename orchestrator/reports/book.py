"""The book of a report's figures: makes each once, from what the log holds. Pages number them afterwards."""

from __future__ import annotations

from orchestrator.reports.derived import derive, pointed
from orchestrator.reports.history import History
from store.evidence import Evidence, Interval
from store.figures import EXACT, WHOLE, Figure, Rounding, presentation, round_figure, style_of
from store.metrics import Style

Key = tuple[int, str | None, str, str]
"""What makes two figures one: event, run, metric and rounding."""

UNNUMBERED = ""
"""Id of a figure until its page is filled."""

_WRITTEN_OUT = ("processes", "SE")
"""Units of measures that the sentences around them write out. Those of counts, such as `models`, always are."""


class FigureBook:
    """Figures by what they rest on and how they are rounded."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._figures: dict[Key, Figure] = {}

    def evidence(self, item: Evidence, quoted_at: int = 0) -> Figure:
        """The figure of a logged metric. `quoted_at` is the event that cites it, for evidence nobody recorded."""
        style = style_of(item.metric, item.unit)
        rounding, unit = presentation(style, item.value, item.unit, item.interval)
        written_out = unit == item.unit and (style is Style.COUNT or unit in _WRITTEN_OUT)
        place = self._history.place(item)
        return self._enter(
            item.value, rounding, item.unit, "" if written_out else unit,
            position=place[0] if place else quoted_at,
            run_id=item.run_id, metric=item.metric, digest=item.digest, n=item.n, interval=item.interval,
        )  # fmt: skip

    def images(self, item: Evidence) -> Figure | None:
        """The number of images behind a logged metric, as the log holds it."""
        place = self._history.place(item)
        return None if item.n is None or place is None else self.pointed(place[0], f"/evidence/{place[1]}/n", "images")

    def confidence(self, item: Evidence) -> Figure | None:
        """The confidence of a logged metric's interval."""
        place = self._history.place(item)
        if item.interval is None or place is None:
            return None
        return self.pointed(place[0], f"/evidence/{place[1]}/interval/confidence")

    def pointed(self, position: int, pointer: str, unit: str = "") -> Figure:
        """The figure of a number in an event, by JSON pointer, unrounded."""
        value = pointed(pointer, self._history, position)
        if unit == "bytes":
            rounding, printed = presentation(Style.BYTES, value, unit)
        else:
            rounding, printed = (WHOLE if value == int(value) else EXACT), ""
        return self._enter(value, rounding, unit, printed, position=position, run_id=None, metric=pointer)

    def computed(self, position: int, pointer: str, style: Style) -> Figure:
        """The figure of a number that an agent computed and put into an event."""
        value = pointed(pointer, self._history, position)
        rounding, _ = presentation(style, value, "")
        return self._enter(value, rounding, "", "", position=position, run_id=None, metric=pointer)

    def derived(self, name: str) -> Figure:
        """The figure of a number derived from the log, by its name."""
        number = derive(name, self._history)
        rounding, printed = (WHOLE, "")
        if number.unit == "s":
            rounding, printed = presentation(Style.SECONDS, number.value, "s")
        return self._enter(
            float(number.value), rounding, number.unit, printed, position=number.position, run_id=None, metric=name
        )

    def _enter(
        self, value: float, rounding: Rounding, unit: str, printed: str, *, position: int, run_id: str | None,
        metric: str, digest: str | None = None, n: int | None = None, interval: Interval | None = None,
    ) -> Figure:  # fmt: skip
        key = (position, run_id, metric, str(rounding))
        if key not in self._figures:
            self._figures[key] = Figure(
                id=UNNUMBERED,
                value=value, text=round_figure(value, rounding), rounding=rounding, unit=unit, printed_unit=printed,
                position=position, run_id=run_id, metric=metric, digest=digest, n=n, interval=interval,
                low_text=round_figure(interval.low, rounding) if interval else "",
                high_text=round_figure(interval.high, rounding) if interval else "",
            )  # fmt: skip
        if self._figures[key].unit != unit:
            raise ValueError(f"{metric} was entered in {self._figures[key].unit!r} and in {unit!r}: give it one unit")
        return self._figures[key]
