"""Recorded traffic: questions with their real answers, kept for a while if wanted, to try the cache on them."""
