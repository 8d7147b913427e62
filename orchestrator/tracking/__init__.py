"""MLflow: the only package that talks to it, and the only one that mints evidence."""
