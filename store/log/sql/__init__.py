"""The event log in SQL databases."""
