"""What the finished pages, the log of a build and people's prose say."""
