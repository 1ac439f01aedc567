"""Commands that call the running server: one for each operation it has."""
