"""The records and works of a study's literature, as they lie in its artifacts."""
