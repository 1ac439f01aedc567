"""The running process: one per data directory, upgrading its schema, and what it does again and again."""
