"""The executive team: one agent a kind of work. Lists them, as the orchestrator asks them in turn."""

from agents.executive.auditor import AUDITOR
from agents.executive.diagnostician import DIAGNOSTICIAN
from agents.executive.operations import OPERATIONS
from agents.executive.statistician import STATISTICIAN

EXECUTIVES = (OPERATIONS, DIAGNOSTICIAN, STATISTICIAN, AUDITOR)
