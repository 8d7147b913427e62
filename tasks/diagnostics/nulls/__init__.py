"""Nulls: what the same measures give where nothing was learned, or where image and text do not belong together."""
