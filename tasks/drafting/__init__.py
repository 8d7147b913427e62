"""Drafts a paper from what the record holds, and builds it."""
