"""Cycles of a study, with their assessments and reports."""
