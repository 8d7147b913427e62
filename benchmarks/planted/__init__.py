"""Planted collapse: is what was planted found, and where; and how often is there an alarm over nothing.

Run with `make bench-planted`; `python -m benchmarks.planted --help` tells of parts of it.
"""
