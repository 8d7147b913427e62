"""A document as JSON: the same sections in the same order, with every figure in full at the end. Pure."""

from __future__ import annotations

import json
from dataclasses import asdict, fields, is_dataclass
from datetime import datetime
from typing import Any

from orchestrator.reports.keys import FigureKey
from orchestrator.reports.page import Page
from orchestrator.reports.plots.plot import Plot
from orchestrator.reports.prose import (
    Absent,
    Anchor,
    Cell,
    Code,
    Estimate,
    Label,
    Link,
    ModelName,
    Said,
    Strong,
    figures_in,
    plain,
)
from orchestrator.reports.section import HasData
from store.canonical import sha256
from store.figures import Figure


def as_json(page: Page, **more: object) -> str:
    """The whole document as strict JSON, closed by a newline; with `more` at its end."""
    header = page.header
    whole = {
        "schema": page.document.schema,
        "study": header.study.text,
        "question": header.question.text,
        "claim": header.claim.text,
        "cycle": header.cycle,
        "because": header.because.text,
        "opened": to_plain(header.opened),
        "closed": to_plain(header.closed),
        "verdict": header.verdict.verdict,
        "reason": plain(header.verdict.reason),
        "notes": [plain(note) for note in header.verdict.notes],
        "as_of": header.as_of,
        "as_of_at": to_plain(header.as_of_at),
        "head": header.head.text,
        "study_sha256": header.study_sha256.text,
        "sections": _sections(page),
        "figures": [_figure(figure, key) for figure, key in zip(page.figures, page.keys, strict=True)],
        **more,
    }
    return json.dumps(whole, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def _sections(page: Page) -> dict[str, Any]:
    """The views by section, and after them the drawings that the document shows."""
    found: dict[str, Any] = {}
    for part in page.parts:
        view = part.view
        values = view.data() if isinstance(view, HasData) else {part.section.name: view}
        found |= {key: to_plain(value) for key, value in values.items()}
    if page.document.drawings:
        found["plots"] = to_plain(page.plots)
    if page.document.says_undrawn:
        found["unplotted"] = to_plain(page.undrawn)
    return found


def _figure(figure: Figure, key: FigureKey) -> dict[str, Any]:
    """One figure in full."""
    return {
        "id": figure.id,
        "text": figure.text,
        "value": figure.value,
        "rounding": str(figure.rounding),
        "unit": figure.unit,
        "printed_unit": figure.printed_unit,
        "source": "mlflow" if figure.run_id else "log",
        "position": figure.position,
        "run_id": figure.run_id,
        "metric": figure.metric,
        "digest": figure.digest,
        "n": figure.n,
        "interval": None
        if figure.interval is None
        else {**figure.interval.model_dump(), "low_text": figure.low_text, "high_text": figure.high_text},
        "key": asdict(key),
    }


def to_plain(value: object) -> Any:
    """A value of a view in the types of JSON. A figure is named by its id; a sentence carries its words and figures."""
    match value:
        case None | bool() | str():
            return value
        case datetime():
            return f"{value:%Y-%m-%dT%H:%M:%S.%fZ}"
        case Figure() | Estimate():
            return {"figure": figures_in(value)[0].id, "text": plain(value)}
        case Absent(word=word, reason=reason):
            return {"absent": word, "reason": reason}
        case Anchor() | Said() | Label() | Link() | Strong():
            return value.text
        case Code(text=text):
            return text
        case ModelName(id=id, locator=locator, untrained=untrained):
            return {"id": id, "locator": locator, "untrained": untrained}
        case Plot(name=name, title=title, caption=caption):
            return {
                "file": f"{name}.svg",
                "title": title,
                "caption": to_plain(caption),
                "drawing_sha256": sha256(value.svg),
            }
        case tuple() if value and not _is_prose(value):
            return [to_plain(item) for item in value]
        case tuple() if value:
            return {"text": plain(value), "figures": list(dict.fromkeys(f.id for f in figures_in(value)))}
        case tuple():
            return []
        case _ if is_dataclass(value):
            return {f.name: to_plain(getattr(value, f.name)) for f in fields(value)}
        case _:
            raise TypeError(f"a view holds a {type(value).__name__}")


def _is_prose(value: tuple[object, ...]) -> bool:
    """False for rows, and for a row of cells, which is no sentence: it has no words between them."""
    if len(value) > 1 and all(isinstance(piece, Cell) for piece in value):
        return False
    pieces = (str, Figure, Estimate, Said, Code, Label, Link, Strong, Absent, ModelName, datetime)
    return all(isinstance(piece, pieces) for piece in value)
