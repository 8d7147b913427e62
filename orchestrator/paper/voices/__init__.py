"""How values of the paper are printed: one module for each language that it is set in."""
