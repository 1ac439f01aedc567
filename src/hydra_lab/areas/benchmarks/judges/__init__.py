"""Models that judge answers, and how far people agree with them."""
