"""Hydra: an autonomous, durable work queue and control plane for a home AI lab."""

__version__ = "0.1.0"
