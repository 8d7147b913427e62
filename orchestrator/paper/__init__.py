"""The paper of a study: sections of blocks, and the voices that print them as LaTeX, Typst and HTML."""
