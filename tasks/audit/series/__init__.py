"""Parts of a whole and what is said of them together, from sections, tables and lists."""
