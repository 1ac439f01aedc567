"""These tests have a Hydra that works."""

from tests.areas.queue.workshop import opened, shop

__all__ = ["opened", "shop"]
