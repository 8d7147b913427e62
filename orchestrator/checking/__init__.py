"""Checks the record: hash chain, signed heads, reports, figures, runs and artifacts."""
