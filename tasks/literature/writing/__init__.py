"""Writes records as BibTeX, RIS and CSL-JSON, so that reading them gives the same records."""
