"""Tasks, from their plan to their end."""
