"""Runs cycles: steps of a cycle, work on one task, leases of workers, and reports on disk."""
