"""The auditor holds the claims of reports against one another."""

from agents.executive.claiming import executive

AUDITOR = executive("auditor", "audit")
