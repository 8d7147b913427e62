"""Draft tasks: the paper is set from its sources, and the finished pages are held against the record."""
