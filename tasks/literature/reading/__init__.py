"""Reads files of BibTeX, RIS, CSL-JSON and OpenAlex JSON into records, one at a time."""
