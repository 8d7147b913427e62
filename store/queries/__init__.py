"""What agents, reports and commands read off a board. Pure."""
