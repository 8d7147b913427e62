"""Builds the sources of a paper into a PDF: the same bytes anywhere, and nothing outside the folder read or written."""
