"""Jinja templates and nothing else: what a report says, never how its numbers come about."""
