"""Changing what is loaded: seen first, done behind a shut door, proved with an answer, and taken back if it fails."""
