"""Attention as it happens: the tap that sees every call of a model, and the exact entropy of what it sees."""
