"""Reports: typed contexts made from the log alone, and the templates that print them."""
