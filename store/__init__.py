"""The record: what was asked, what happened, and the one gate through which it changes."""
