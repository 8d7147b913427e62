"""Study files to start from, and Jinja templates: what a report says, never how its numbers come about."""
