"""Asks services for records that are new: OpenAlex, arXiv, Semantic Scholar and Crossref, one file each."""
