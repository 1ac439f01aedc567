"""Measurements of Hydra's budgets: `make bench` runs them all and prints one table."""
