"""Works of others: records of them, read from the files that tools write, and written back."""
