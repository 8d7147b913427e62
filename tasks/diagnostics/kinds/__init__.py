"""Kinds of collapse: which of them the maps of a model's sites show."""
