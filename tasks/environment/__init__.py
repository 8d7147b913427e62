"""The machine that does the work: what it is, and how many images a second it encodes."""
