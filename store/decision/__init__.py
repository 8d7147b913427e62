"""Questions to humans, and their answers."""
