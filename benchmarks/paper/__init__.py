"""Papers of invented studies: what their check finds in altered ones, and that it finds nothing in others."""
