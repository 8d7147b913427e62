"""Harm: whether what a model does is worse for the way it attends. Maps of attention cannot tell."""
