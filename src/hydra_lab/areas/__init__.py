"""The rooms for features: one folder per area, discovered, never listed."""
