"""Roles of layers are named once for measuring, and reports, pictures and plants know all of them."""

from __future__ import annotations

from typing import get_args

from orchestrator.reports.plots.svg import COLOURS
from store.kinds.diagnostics_sites import ROLES
from store.models import LAYER_ROLES, Plant, Role
from tasks.diagnostics import pictures


def test_every_role_of_layers_has_its_place_in_reports_and_pictures_and_can_be_planted() -> None:
    assert ROLES == LAYER_ROLES
    assert set(get_args(Role)) - set(ROLES) == {"pooling"}
    assert COLOURS.keys() >= set(ROLES)
    assert pictures._COLOURS.keys() == set(ROLES)
    assert get_args(Plant.model_fields["tower"].annotation) == ROLES
