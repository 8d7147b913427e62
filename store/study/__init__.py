"""The study as it was registered, and its amendments."""
