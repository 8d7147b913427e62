"""The executive team: one agent for each kind of work, in the order in which they are asked."""

from agents.executive.claiming import executive
from store.kinds import KINDS

EXECUTIVES = tuple(executive(kind) for kind in KINDS.values())
