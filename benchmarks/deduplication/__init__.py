"""Damaged copies of real works beside works that are easily taken for them, and how well matching tells them apart."""
