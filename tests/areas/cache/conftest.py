"""The tests of the cache ask through the gateway, as its callers do."""

from tests.areas.gateway.conftest import backend, lab

__all__ = ["backend", "lab"]
