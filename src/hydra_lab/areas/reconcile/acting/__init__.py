"""Bringing about what is wanted, step by step, and back where it does not work."""
