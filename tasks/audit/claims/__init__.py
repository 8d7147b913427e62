"""What a report claims: typed claims, each with its line, found by how it is written."""
