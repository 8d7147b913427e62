"""The planning team: what should be done, whether it was done well, and what only a human can decide."""
