"""How results look in a terminal: one module per kind of result. Nothing here reads or writes a workspace."""
