"""Who is there. The teams never call each other: they meet in the log."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from agents.agent import Agent
from agents.assessment.assessor import ASSESSOR
from agents.executive import EXECUTIVES
from agents.planning.planner import PLANNER
from agents.planning.reviewer import REVIEWER
from agents.planning.strategist import STRATEGIST

Team = Literal["planning", "executive", "assessment"]

TEAMS: Mapping[Team, tuple[Agent, ...]] = {
    "planning": (PLANNER, REVIEWER, STRATEGIST),
    "executive": EXECUTIVES,
    "assessment": (ASSESSOR,),
}
