"""Audits a report from anywhere: reads its claims and holds them against one another."""
