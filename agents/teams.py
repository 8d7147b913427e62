"""Who is there. The teams never call each other: they meet in the log."""

from __future__ import annotations

from collections.abc import Mapping

from agents.agent import Agent, Team
from agents.assessment.assessor import ASSESSOR
from agents.executive import EXECUTIVES
from agents.planning.planner import PLANNER
from agents.planning.reviewer import REVIEWER
from agents.planning.strategist import STRATEGIST

TEAMS: Mapping[Team, tuple[Agent, ...]] = {
    "planning": (PLANNER, REVIEWER, STRATEGIST),
    "executive": EXECUTIVES,
    "assessment": (ASSESSOR,),
}
