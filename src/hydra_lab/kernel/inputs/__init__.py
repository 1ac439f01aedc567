"""Checking inputs: what is wrong with one, with each wrong field named, also in the work that it carries."""
