"""Item logs, progress and artifacts: what running work says while it runs."""
