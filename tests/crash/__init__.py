"""Crashes: servers killed with SIGKILL again and again, and what was lost or doubled counted."""
