"""The guard: questions that are worded alike and mean different things do not get each other's answers."""

from hydra_lab.areas.cache.guard.comparing import difference

__all__ = ["difference"]
