"""The rooms for outside systems: one folder per product, discovered, never listed."""
