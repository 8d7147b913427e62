"""Hands: one folder per kind of work, each with a handler that turns a spec into an outcome."""
