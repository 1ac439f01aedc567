"""Serving requests: who waits for which server, what is sent where, and what came of it."""
