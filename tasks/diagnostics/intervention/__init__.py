"""Interventions: change what a model attends to or what it is shown, and see what that does to its output."""
