"""What can be known to be wrong before anything is written: names of models, and data that do not open."""

from __future__ import annotations

from pathlib import Path

from store.errors import BadInput
from store.study import Study


def check_study(study: Study, workspace: Path) -> None:
    """Refuse a study whose models are unknown or whose data cannot be read; BadInput in one line."""
    from tasks.diagnostics.datasets import check
    from tasks.diagnostics.families import find_family

    for number, model in enumerate(study.models):
        for candidate in model.candidates:
            try:
                find_family(candidate.family, workspace).check(candidate, workspace)
            except BadInput as error:
                key = "" if candidate == model.ref else ".substitutes"
                raise BadInput(f"study.toml: models.{number}{key} ({model.id}): {error}") from None
    if study.data.source == "coco":
        for look in range(1, (study.decision.last_look or 1) + 1):
            check(study.data.part(look, study.seed), workspace)
