"""Healing: what a container that fails asks for by its labels, the ladder that is climbed, and what came of it."""
