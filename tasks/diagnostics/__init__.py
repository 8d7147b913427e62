"""Attention diagnostics of vision-language models: what is attended to, beside what no training at all would give."""
