"""The diagnostician measures attention in models."""

from agents.executive.claiming import executive

DIAGNOSTICIAN = executive("diagnostician", "diagnostic")
