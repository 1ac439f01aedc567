"""Alike questions: how near they are, whether an answer may be given to them, and what is learned of that."""
