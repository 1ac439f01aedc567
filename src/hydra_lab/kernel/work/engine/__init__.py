"""Durable execution, by DBOS Transact: the only package that knows it."""

from hydra_lab.kernel.work.engine.engine import Engine

__all__ = ["Engine"]
