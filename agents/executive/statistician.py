"""The statistician tests and compares what was measured."""

from agents.executive.claiming import executive

STATISTICIAN = executive("statistician", "statistics")
