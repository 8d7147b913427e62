"""The tables of the event log: events, which only grow, leases, which are overwritten, and which heads were signed."""

from __future__ import annotations

from sqlalchemy import Column, Integer, MetaData, String, Table, Text

METADATA = MetaData()
EVENTS = Table(
    "events",
    METADATA,
    Column("study", String, primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("at", String, nullable=False),
    Column("actor", String, nullable=False),
    Column("cause", Integer),
    Column("type", String, nullable=False),
    Column("version", Integer, nullable=False),
    Column("body", Text, nullable=False),
    Column("hash", String, nullable=False),
)
LEASES = Table(
    "leases",
    METADATA,
    Column("study", String, primary_key=True),
    Column("task_id", String, primary_key=True),
    Column("fence", Integer, nullable=False),
    Column("worker", String, nullable=False),
    Column("until", String, nullable=False),
)
HEADS = Table(
    "heads",
    METADATA,
    Column("study", String, primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
)
"""Positions whose head was signed. A log of an older version has no such table before its next head is signed."""
