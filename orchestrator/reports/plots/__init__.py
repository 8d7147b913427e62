"""The drawings of a report: what each shows, taken from the log, and how it is drawn."""
