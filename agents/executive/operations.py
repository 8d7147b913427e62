"""Operations looks after the machine that the measurements run on."""

from agents.executive.claiming import executive

OPERATIONS = executive("operations", "environment")
