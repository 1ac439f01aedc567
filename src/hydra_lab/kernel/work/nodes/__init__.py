"""Nodes: the processes that run work, their heartbeats, and who leads."""
