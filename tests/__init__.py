"""The tests: they mirror src, beside rules (about the code itself), journeys (through a real server) and peers."""
