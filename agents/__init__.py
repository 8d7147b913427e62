"""Deciders: pure functions from a board to commands. Two teams that meet only in the log."""
