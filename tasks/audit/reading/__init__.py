"""Reads a report of any format into lines, sections and tables."""
