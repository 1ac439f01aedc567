"""Probes: looking from outside whether a container does its work, where its image has no check of its own."""
